const factors: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9 };

/** A count as people and programs write it, of parameters or FLOPs: `66M`, `43.5m`, `1.2G` and `900k`, `66e6` and `5e+09`, `3`; nothing for other text. */
export function parseCount(text: string): number | undefined {
  const [, number, letter] = /^(\d+\.?\d*|\.\d+)([kmg])$/i.exec(text) ?? /^((?:\d+\.?\d*|\.\d+)(?:e\+?\d+)?)$/i.exec(text) ?? [];
  const count = Number(number) * (letter === undefined ? 1 : factors[letter.toLowerCase()]!);
  return Number.isFinite(count) ? count : undefined;
}
