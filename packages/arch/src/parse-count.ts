const factors: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

/** A count as people write it, of parameters or FLOPs: `66M`, `43.5m`, `1.2G` and `900k`, `66e6`, `3`; nothing for other text. */
export function parseCount(text: string): number | undefined {
  const [, number, letter] = /^((?:\d+(?:\.\d+)?|\.\d+)(?:e\d+)?)([kmg]?)$/i.exec(text) ?? [];
  const count = Number(number) * factors[letter?.toLowerCase() ?? ""]!;
  return Number.isFinite(count) ? count : undefined;
}
