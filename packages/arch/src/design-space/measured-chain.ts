import { ArchError, shown } from "../arch-error.js";
import { Branch, type WholeRange } from "./branch.js";
import { BranchTerms, type TermTables } from "./branch-terms.js";
import { type Chain, type ChainState } from "./chain-core.js";
import { CounterRandom } from "./counter-random.js";
import { type Links } from "./links.js";
import { type Path } from "./space-core.js";
import { sameTerms, type SortedSums, type Spend, suffixSums } from "./suffix-sums.js";

/** How many terms are tabulated, each of them a call of the measure: 2^20. */
const mostTerms = 2 ** 20;
/** An addition costs 1, a different sum, which is kept, this much more. */
const keepingEffort = 8;
const mostAxes = 2 ** 12;
/** How many random paths the sum of terms is compared on. */
const checks = 64;

/** What is limited and to what; the measure is of a path. */
export interface Limit {
  readonly measure: (path: Path) => number;
  readonly range: WholeRange;
  /** What counting may cost, where an addition costs 1 and a different sum, which is kept, 8 more. Default 2^25: a few seconds. */
  readonly effort?: number;
}

/** The linked paths whose measure lies in a range, where the measure is a sum over neighbouring axes for each place on the first. */
export class MeasuredChain implements Chain {
  readonly sizes: readonly number[];
  readonly #links: Links;
  readonly #limit: Limit;
  readonly #meeting: number;
  readonly #branches = new Map<number, Branch>();
  readonly #suffixes: SharedSuffix[] = [];
  #effortLeft: number;

  /** Throws `arch/too-large` where there are too many terms, `arch/not-additive` where random paths show that the measure is no such sum. */
  constructor(links: Links, { measure, range, effort = 2 ** 25 }: Limit) {
    this.sizes = links.sizes;
    this.#links = links;
    this.#limit = { measure: (path) => requireWhole(measure(path)), range };
    this.#meeting = meetingAxis(links.sizes);
    this.#effortLeft = effort;
    for (let check = 0; check < checks; check++) this.#requireAdditive(links.randomPath(new CounterRandom(0, check)));
  }

  step(before: ChainState | undefined, place: number): ChainState | undefined {
    if (before === undefined && this.#links.completions(0, place) === 0n) return undefined;
    const axis = before === undefined ? 0 : before.axis + 1;
    const first = before?.first ?? place;
    const branch = this.#branch(first);
    const sum = before === undefined ? branch.start : branch.add(axis, before.place, place, before.sum);
    return branch.mayReach(axis, place, sum) ? { axis, first, place, sum } : undefined;
  }

  count({ first, axis, place, sum }: ChainState): bigint {
    return this.#branch(first).count(axis, place, sum);
  }

  has(path: Path): boolean {
    if (!this.#links.has(path)) return false;
    const { measure, range } = this.#limit;
    const measured = measure(path);
    return measured >= range.atLeast && measured <= range.atMost;
  }

  confirm(path: Path, { sum }: ChainState): void {
    const measured = this.#limit.measure(path);
    if (measured !== sum) throw notAdditive(measured, sum);
  }

  #requireAdditive(path: Path | undefined): void {
    if (path === undefined) return;
    const terms = new BranchTerms(path[0]!, this.#links, this.#limit.measure);
    const sum = path.reduce((total, place, axis) => total + (axis === 0 ? terms.base(0, place) : terms.term(axis, path[axis - 1]!, place)), 0);
    const measured = this.#limit.measure(path);
    if (measured !== sum) throw notAdditive(measured, sum);
  }

  #branch(first: number): Branch {
    let branch = this.#branches.get(first);
    if (branch === undefined) this.#branches.set(first, (branch = this.#newBranch(first)));
    return branch;
  }

  #newBranch(first: number): Branch {
    const branchTerms = new BranchTerms(first, this.#links, this.#limit.measure);
    const terms = branchTerms.tabulate();
    let suffix: SharedSuffix | undefined;
    return new Branch({
      start: branchTerms.base(0, first),
      terms,
      links: this.#links,
      range: this.#limit.range,
      meeting: this.#meeting,
      suffix: () => (suffix ??= this.#suffixFor(terms)).tables,
      spend: this.#spend,
    });
  }

  /** Branches whose later terms are the same share their tables. */
  #suffixFor(terms: TermTables): SharedSuffix {
    const later = terms.slice(this.#meeting + 1);
    const known = this.#suffixes.find((suffix) => later.every((table, i) => sameTerms(table, suffix.later[i]!)));
    if (known !== undefined) return known;
    const made = { later, tables: suffixSums(this.sizes, terms, this.#meeting, this.#spend) };
    this.#suffixes.push(made);
    return made;
  }

  readonly #spend: Spend = (additions, sums) => {
    this.#effortLeft -= additions + keepingEffort * sums;
    if (this.#effortLeft >= 0) return;
    throw new ArchError("arch/too-large",
      "arch: counting within a range needs sums that fall together, about three million different ones at most, got more; "
      + "take coarser steps on the axes or fewer axes");
  };
}

interface SharedSuffix {
  readonly later: TermTables;
  readonly tables: readonly (readonly SortedSums[])[];
}

/** Refuses, before anything is made, what would take too many calls of a measure. */
export function requireTabulable(sizes: readonly number[]): void {
  const terms = sizes[0]! * sizes.reduce((sum, size, axis) => sum + (axis === 0 ? 1 : size * sizes[axis - 1]!), 0);
  if (terms <= mostTerms && sizes.length <= mostAxes) return;
  throw new ArchError("arch/too-large",
    `arch: within() needs at most ${mostAxes} axes and ${mostTerms} terms, one per pair of neighbouring values for each value of the first axis, `
    + `got ${sizes.length} axes and ${terms} terms; take coarser steps, or use where()`);
}

/** The axis at which there are about as many ways to come as to go on, those of the first axis left out. */
function meetingAxis(sizes: readonly number[]): number {
  const total = sizes.slice(1).reduce((sum, size) => sum + Math.log(size), 0);
  let come = 0;
  for (let axis = 1; axis < sizes.length; axis++) {
    const step = Math.log(sizes[axis]!);
    come += step;
    if (total - come + step <= come + 1e-9) return axis; // The logarithms of equal products may differ in their last digits.
  }
  return sizes.length - 1;
}

function requireWhole(measured: number): number {
  if (Number.isSafeInteger(measured) && measured >= 0) return measured;
  throw new ArchError("arch/bad-measure",
    `arch: the measure of a within() must give whole numbers in [0, 2^53), got ${shown(measured)}; round it, for example to microseconds`);
}

function notAdditive(measured: number, sum: number): ArchError {
  return new ArchError("arch/not-additive",
    "arch: the measure of a within() must be, for each value of the first axis, a sum of terms of an axis and the one before it, "
    + `got ${measured} where such terms add up to ${sum}; put axes that multiply side by side, or use where()`);
}
