import { type GridSpace, gridSpace } from "@bort/arch";

/** Where the sizes of the candidates of a search lie. */
export interface CandidateSizes {
  readonly depth: readonly number[];
  /** Ends of the range of hidden sizes, of which five are taken, evenly spaced. */
  readonly hidden: readonly [least: number, most: number];
  /** Ends of the range of FFN sizes. */
  readonly intermediate: readonly [least: number, most: number];
}

/** What each |Xi| is made of, with two depths and five hidden sizes: more heads, and ever more FFN sizes between the same ends. */
const growth: Readonly<Record<number, { readonly heads: readonly number[]; readonly intermediateSizes: number }>> = {
  10: { heads: [2], intermediateSizes: 1 },
  30: { heads: [2], intermediateSizes: 3 },
  100: { heads: [2, 4], intermediateSizes: 5 },
  300: { heads: [2, 4], intermediateSizes: 15 },
};

/** The |Xi| that there are spaces of, smallest first. */
export const spaceSizes: readonly number[] = Object.keys(growth).map(Number);

/** A grid of `size` points, all of which can be built; grids of every size have the same mean of each of D, H and I, so that their candidates cost the same. */
export function growingSpace(size: number, { depth, hidden, intermediate }: CandidateSizes): GridSpace {
  const { heads, intermediateSizes } = growth[size]!;
  return gridSpace({ depth, heads, hidden: evenly(hidden, 5), intermediate: evenly(intermediate, intermediateSizes) });
}

/** Whole numbers from one end to the other, or the middle alone. */
function evenly([least, most]: readonly [number, number], count: number): number[] {
  if (count === 1) return [(least + most) / 2];
  return Array.from({ length: count }, (_, i) => least + (i * (most - least)) / (count - 1));
}
