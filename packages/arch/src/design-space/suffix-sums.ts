import { type TermTables } from "./branch-terms.js";

/** The sums of the terms of all later axes, ascending without repetition, and how often each occurs. */
export interface SortedSums {
  readonly sums: Float64Array;
  /** `below[i]`: how many ways lead to a sum smaller than `sums[i]`; the last entry, one more than there are sums, counts all. */
  readonly below: readonly bigint[];
}

/** Told of additions about to be made and of different sums that were found; throws where these become too many. */
export type Spend = (additions: number, sums: number) => void;

/** The sums that follow each place on `from` and on every later axis: [axis][place], nothing for earlier axes. */
export function suffixSums(sizes: readonly number[], terms: TermTables, from: number, spend: Spend): SortedSums[][] {
  const last = sizes.length - 1;
  const tables: SortedSums[][] = sizes.map(() => []);
  tables[last] = new Array<SortedSums>(sizes[last]!).fill({ sums: Float64Array.of(0), below: [0n, 1n] });
  for (let axis = last - 1; axis >= from; axis--) {
    const after = tables[axis + 1]!;
    tables[axis] = perDistinctRow(terms[axis + 1]!, after.length, (row) => merged(row, after, spend));
  }
  return tables;
}

/** Makes one thing for each row, [rows, width], of a table; equal rows, after which everything is alike, get the same one. */
export function perDistinctRow<T>(table: Float64Array, width: number, make: (row: Float64Array) => T): T[] {
  const made: { readonly row: Float64Array; readonly of: T }[] = [];
  return Array.from({ length: table.length / width }, (_, place) => {
    const row = table.subarray(place * width, (place + 1) * width);
    const known = made.find((other) => sameTerms(other.row, row));
    if (known !== undefined) return known.of;
    made.push({ row, of: make(row) });
    return made[made.length - 1]!.of;
  });
}

/** Whether two rows or tables of terms of the same size are equal. */
export function sameTerms(a: Float64Array, b: Float64Array): boolean {
  return a.every((term, i) => term === b[i]);
}

/** How many sums lie in [atLeast, atMost], both whole numbers. */
export function countBetween({ sums, below }: SortedSums, atLeast: number, atMost: number): bigint {
  return below[firstAtLeast(sums, atMost + 1)]! - below[firstAtLeast(sums, atLeast)]!;
}

/** Adds each term to the sums of its table, and equal ones into one. */
function merged(row: Float64Array, tables: readonly SortedSums[], spend: Spend): SortedSums {
  const counts = new Map<number, bigint>();
  row.forEach((term, place) => {
    if (term === Infinity) return;
    const { sums, below } = tables[place]!;
    spend(sums.length, 0);
    for (let i = 0; i < sums.length; i++) {
      const sum = term + sums[i]!;
      counts.set(sum, (counts.get(sum) ?? 0n) + below[i + 1]! - below[i]!);
    }
  });
  spend(0, counts.size);
  const sums = Float64Array.from(counts.keys()).sort();
  const below = [0n];
  for (const sum of sums) below.push(below[below.length - 1]! + counts.get(sum)!);
  return { sums, below };
}

/** The place of the first sum that is not below `bound`, or the number of sums. */
function firstAtLeast(sums: Float64Array, bound: number): number {
  let low = 0;
  let high = sums.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
