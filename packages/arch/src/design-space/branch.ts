import { type TermTables } from "./branch-terms.js";
import { type Links } from "./links.js";
import { sumBounds, type SumBounds } from "./sum-bounds.js";
import { countBetween, perDistinctRow, type SortedSums, type Spend } from "./suffix-sums.js";

/** Both ends belong to it; whole numbers. */
export interface WholeRange {
  readonly atLeast: number;
  readonly atMost: number;
}

export interface BranchParts {
  /** The measure of the branch's base path. */
  readonly start: number;
  readonly terms: TermTables;
  readonly links: Links;
  readonly range: WholeRange;
  /** The axis from which on sums are looked up in `suffix`; on those before it they are built up one by one. */
  readonly meeting: number;
  /** The tables of {@link suffixSums} from `meeting` on, made when first needed. */
  readonly suffix: () => readonly (readonly SortedSums[])[];
  readonly spend: Spend;
}

/**
 * The paths that begin with one place on the first axis and whose sum lies in a range, counted by meeting in the middle.
 *
 * Beginnings with the same sum, and a last place after which the same terms follow, have as many completions, so these are counted once.
 */
export class Branch {
  readonly start: number;
  readonly #parts: BranchParts;
  readonly #bounds: SumBounds;
  /** [axis][place]: the counts known by sum. */
  readonly #known: readonly (readonly Map<number, bigint>[])[];

  constructor(parts: BranchParts) {
    const { sizes } = parts.links;
    this.start = parts.start;
    this.#parts = parts;
    this.#bounds = sumBounds(sizes, parts.terms);
    this.#known = sizes.slice(0, parts.meeting)
      .map((_, axis) => perDistinctRow(parts.terms[axis + 1]!, sizes[axis + 1]!, () => new Map<number, bigint>()));
  }

  /** The sum that `place` on `axis` makes of `sum`, which ended with `before`; infinite where it may not follow. */
  add(axis: number, before: number, place: number, sum: number): number {
    return sum + this.#parts.terms[axis]![before * this.#parts.links.sizes[axis]! + place]!;
  }

  /** Whether the range may be reached: `false` is certain. */
  mayReach(axis: number, place: number, sum: number): boolean {
    const { atLeast, atMost } = this.#parts.range;
    return sum + this.#bounds.least[axis]![place]! <= atMost && sum + this.#bounds.most[axis]![place]! >= atLeast;
  }

  /** Number of ways from `place` on `axis`, reached with `sum`, into the range. */
  count(axis: number, place: number, sum: number): bigint {
    if (!this.mayReach(axis, place, sum)) return 0n;
    if (this.#cannotLeave(axis, place, sum)) return this.#parts.links.completions(axis, place);
    const { meeting, range, suffix } = this.#parts;
    if (axis >= meeting) return countBetween(suffix()[axis]![place]!, range.atLeast - sum, range.atMost - sum);
    const known = this.#known[axis]![place]!;
    let count = known.get(sum);
    if (count === undefined) known.set(sum, (count = this.#countNext(axis, place, sum)));
    return count;
  }

  #countNext(axis: number, place: number, sum: number): bigint {
    const size = this.#parts.links.sizes[axis + 1]!;
    this.#parts.spend(size, 1);
    let count = 0n;
    for (let next = 0; next < size; next++) count += this.count(axis + 1, next, this.add(axis + 1, place, next, sum));
    return count;
  }

  #cannotLeave(axis: number, place: number, sum: number): boolean {
    const { atLeast, atMost } = this.#parts.range;
    return sum + this.#bounds.least[axis]![place]! >= atLeast && sum + this.#bounds.most[axis]![place]! <= atMost;
  }
}
