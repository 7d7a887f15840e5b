/** How a count came about. A leaf is a formula; any other node is the sum, or the largest, of its terms, `times` over. */
export interface Receipt {
  readonly name: string;
  readonly value: number;
  /** Of a leaf: its formula, in the symbols of `where`, for example `H × A × k + A × k`. */
  readonly formula?: string;
  /** What the symbols of the formula stand for. */
  readonly where?: Readonly<Record<string, number>>;
  /** Where the formula or the structure comes from. */
  readonly source?: string;
  /** How often the terms are counted. Default 1. */
  readonly times?: number;
  /** How the terms make the value. Default `"sum"`. */
  readonly combine?: "largest" | "sum";
  readonly terms?: readonly Receipt[];
}

/** A node over `terms`; terms of value 0 are left out. */
export function receiptOver(name: string, terms: readonly Receipt[], more: Pick<Receipt, "combine" | "source" | "times"> = {}): Receipt {
  const present = terms.filter(({ value }) => value !== 0);
  const values = present.map(({ value }) => value);
  const combined = more.combine === "largest" ? Math.max(0, ...values) : values.reduce((sum, value) => sum + value, 0);
  return { name, value: (more.times ?? 1) * combined, ...more, terms: present };
}

/** A leaf; the symbols of `where` that its formula does not name are left out. */
export function receiptLeaf(name: string, value: number, formula: string, where: Readonly<Record<string, number>>, source?: string): Receipt {
  const named = formula.match(/[A-Za-z]+/g) ?? [];
  return { name, value, formula, where: Object.fromEntries(named.map((symbol) => [symbol, where[symbol]!])), ...(source === undefined ? {} : { source }) };
}

/**
 * Prints a receipt as a table: one line a term, indented, with its value, its formula and its source.
 *
 * `depth` is the number of levels below the root that are printed; default all.
 */
export function formatReceipt(receipt: Receipt, options: { readonly depth?: number } = {}): string {
  const lines = linesOf(receipt, 0, options.depth ?? Infinity);
  const width = (column: 0 | 1): number => Math.max(...lines.map((line) => line[column].length));
  const [names, values] = [width(0), width(1)];
  return lines.map(([name, value, note]) => `${name.padEnd(names)}  ${value.padStart(values)}  ${note}`.trimEnd()).join("\n");
}

type Line = readonly [name: string, value: string, note: string];

function linesOf({ name, value, formula, where, source, times, combine, terms = [] }: Receipt, level: number, depth: number): Line[] {
  const symbols = Object.entries(where ?? {}).map(([symbol, size]) => `${symbol} ${withCommas(size)}`).join(", ");
  const notes = [
    formula === undefined ? "" : symbols === "" ? formula : `${formula}  (${symbols})`,
    times === undefined || times === 1 ? "" : `${withCommas(times)} times`,
    combine === "largest" ? "the largest of" : "",
    source === undefined ? "" : `[${source}]`,
  ];
  const line: Line = [`${"  ".repeat(level)}${name}`, withCommas(value), notes.filter((note) => note !== "").join("  ")];
  return [line, ...(level < depth ? terms.flatMap((term) => linesOf(term, level + 1, depth)) : [])];
}

/** 1234567 as "1,234,567", the same on every machine. */
function withCommas(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
