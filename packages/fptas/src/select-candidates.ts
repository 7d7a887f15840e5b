import { type ArchTuple, formatTuple } from "@bort/arch";
import { type TupleMeasure } from "./analytic-surrogates.js";
import { FptasError } from "./fptas-error.js";

export interface SelectionOptions {
  /** The stride through the ordered space: an integer in [1, |Xi|]; 1 takes every point. */
  readonly epsilon: number;
  /** What the space is ordered by, smallest first; asked about points that cannot be built too, unless `filterFirst`. */
  readonly orderBy: TupleMeasure;
  /** Zero-based position of the first point taken, in [0, epsilon - 1]. Default `epsilon - 1`: the 1-based positions epsilon, 2 epsilon, ... */
  readonly offset?: number;
  /** Whether points that cannot be built are dropped before the positions are counted instead of after. Default `false`. */
  readonly filterFirst?: boolean;
}

/** The points of a space that a search will look at. */
export interface Selection {
  /** In the order of `orderBy`, smallest first; each can be built. */
  readonly candidates: readonly ArchTuple[];
  /** Points given, those that cannot be built included. */
  readonly gridSize: number;
  /** |Xi|: points that can be built. */
  readonly spaceSize: number;
  /** Points at the positions taken that were dropped because they cannot be built. */
  readonly dropped: number;
}

/**
 * Takes every epsilon-th point of a space ordered by size; equal sizes keep the order given.
 *
 * A point can be built where its heads divide its hidden size. Bort prints neither the first position nor when its 60 invalid points leave the grid; the
 * defaults are the only choice of the four for which all three rows of its Table 1 are candidates at epsilon 2.
 * Throws `fptas/empty-space`, `fptas/duplicate-point`, `fptas/bad-epsilon`, `fptas/bad-offset`, and `fptas/bad-objective` where `orderBy` gives no number.
 * Source: de Wynter 2020 (arXiv 2010.08512); Bort, section 3.3.
 */
export function selectCandidates(points: Iterable<ArchTuple>, options: SelectionOptions): Selection {
  const { epsilon, orderBy, filterFirst = false } = options;
  const grid = requireDistinct([...points]);
  const valid = grid.filter(canBeBuilt);
  if (valid.length === 0) {
    throw new FptasError("fptas/empty-space", `fptas: a space needs a point whose heads divide its hidden size, got ${grid.length} points without one; add one`);
  }
  const stride = requireEpsilon(epsilon, valid.length);
  const offset = requireOffset(options.offset ?? stride - 1, stride);
  const taken = ordered(filterFirst ? valid : grid, orderBy).filter((_, position) => position % stride === offset);
  const candidates = taken.filter(canBeBuilt);
  return { candidates, gridSize: grid.length, spaceSize: valid.length, dropped: taken.length - candidates.length };
}

/** Whether a point's heads divide its hidden size. */
export function canBeBuilt([, heads, hidden]: ArchTuple): boolean {
  return hidden % heads === 0;
}

function ordered(points: readonly ArchTuple[], orderBy: TupleMeasure): ArchTuple[] {
  const measured = points.map((arch) => ({ arch, size: orderBy(arch) }));
  const unordered = measured.find(({ size }) => !Number.isFinite(size));
  if (unordered !== undefined) {
    throw new FptasError("fptas/bad-objective",
      `fptas: a space is ordered by finite numbers, got ${unordered.size} for ${formatTuple(unordered.arch)}; correct orderBy, or set filterFirst`);
  }
  return measured.sort((a, b) => a.size - b.size).map(({ arch }) => arch);
}

function requireDistinct(points: readonly ArchTuple[]): readonly ArchTuple[] {
  const seen = new Set<string>();
  for (const point of points) {
    const name = formatTuple(point);
    if (seen.has(name)) throw new FptasError("fptas/duplicate-point", `fptas: a space must hold each point once, got ${name} twice; remove one`);
    seen.add(name);
  }
  return points;
}

function requireEpsilon(epsilon: number, spaceSize: number): number {
  if (Number.isInteger(epsilon) && epsilon >= 1 && epsilon <= spaceSize) return epsilon;
  throw new FptasError("fptas/bad-epsilon", `fptas: epsilon must be an integer in [1, ${spaceSize}], got ${epsilon}; use 1 for an exhaustive search`);
}

function requireOffset(offset: number, epsilon: number): number {
  if (Number.isInteger(offset) && offset >= 0 && offset < epsilon) return offset;
  throw new FptasError("fptas/bad-offset", `fptas: offset must be an integer in [0, ${epsilon - 1}] for epsilon ${epsilon}, got ${offset}; leave it out for the last`);
}
