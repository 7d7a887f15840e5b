import { type PairwiseSum } from "@bort/predictors";
import { evolutionarySearch, exactFront, exactSearch, multiObjectiveSearch, pairwiseRange, type ShapeConstraint, type ShapeSpace, SuperShaperError } from "@bort/supershaper";
import { type CliError, usageError } from "./cli-error.js";
import { type NewBar } from "./progress.js";
import { type Quantity, type ShapeMeasures } from "./shape-measures.js";

/** What the shapes that are searched for must keep; either end may be missing. */
export interface Limit {
  readonly quantity: Quantity;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface SearchShapesOptions {
  readonly space: ShapeSpace;
  readonly measures: ShapeMeasures;
  readonly minimize: Quantity;
  /** The other quantity of a front. */
  readonly against: Quantity;
  readonly limits: readonly Limit[];
  /** Of the searches that are not exact. */
  readonly iterations: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly bars: NewBar;
}

type Search = (options: SearchShapesOptions) => Promise<readonly (readonly number[])[]>;

export const shapeStrategies = ["exact", "evolution", "front"] as const;
export type ShapeStrategy = (typeof shapeStrategies)[number];

/** The ways to search; each gives the best shapes: one, or those of a front. */
export const shapeSearches: Readonly<Record<ShapeStrategy, Search>> = { exact, evolution, front };

/** Whether a search proves what it finds, and so draws nothing at random. */
export function isProven(strategy: ShapeStrategy, { measures, minimize, against, limits }: Pick<SearchShapesOptions, "against" | "limits" | "measures" | "minimize">): boolean {
  return strategy === "exact" || (strategy === "front" && limits.length === 0 && [minimize, against].every((quantity) => measures.of(quantity).sum !== undefined));
}

/** The proven best shape; @throws CliError `cli/usage` for limits on several quantities or that no shape keeps, or a predictor that is no sum; what `exactSearch` throws */
async function exact({ space, measures, minimize, limits }: SearchShapesOptions): Promise<readonly (readonly number[])[]> {
  if (limits.length > 1) {
    throw usageError(`--strategy exact keeps limits on one quantity, got ${limits.map(({ quantity }) => quantity).join(" and ")}; leave one out, or take --strategy evolution`);
  }
  const [limit = { quantity: "parameters" }]: readonly Limit[] = limits;
  const { quantity, atLeast, atMost } = limit;
  const { scale } = measures.of(quantity);
  const bounds = { ...(atLeast !== undefined && { atLeast: scale.to(atLeast) }), ...(atMost !== undefined && { atMost: scale.to(atMost) }) };
  try {
    return [exactSearch({ space, cost: sumOf(minimize, measures), size: sumOf(quantity, measures), ...bounds }).shape];
  } catch (error) {
    throw error instanceof SuperShaperError && error.code === "supershaper/infeasible" ? infeasible(limit, space, measures) : error;
  }
}

/** No shape keeps a limit: what there is, in the quantity's own unit. */
function infeasible({ quantity, atLeast = -Infinity, atMost = Infinity }: Limit, space: ShapeSpace, measures: ShapeMeasures): CliError {
  const { least, most } = pairwiseRange(space, sumOf(quantity, measures));
  const [smallest, largest] = [least, most].map(measures.of(quantity).scale.from) as [number, number];
  const wanted = [...(Number.isFinite(atLeast) ? [`at least ${atLeast}`] : []), ...(Number.isFinite(atMost) ? [`at most ${atMost}`] : [])].join(" and ");
  const gap = largest < atLeast || smallest > atMost ? "" : ", and none is there";
  return usageError(`no shape of this space has ${quantity} of ${wanted}; all are in [${smallest}, ${largest}]${gap}: widen the limits`);
}

/** A quantity as a sum over neighbouring layers; @throws CliError `cli/usage` where it is none */
export function sumOf(quantity: Quantity, measures: ShapeMeasures): PairwiseSum {
  const { sum } = measures.of(quantity);
  if (sum !== undefined) return sum;
  throw usageError(`an exact search needs ${quantity} as a sum over neighbouring layers, which trees are not; take --predictor pairwise, or --strategy evolution or front`);
}

async function evolution(options: SearchShapesOptions): Promise<readonly (readonly number[])[]> {
  const { space, measures, minimize, iterations, seed, signal } = options;
  const search = evolutionarySearch({ space, objective: measures.of(minimize).measure, constraints: constraintsOf(options), iterations, seed, signal });
  const { shape } = await followed(search, options);
  return [shape];
}

/** The exact front where that is what is asked for, else one by NSGA-II. */
async function front(options: SearchShapesOptions): Promise<readonly (readonly number[])[]> {
  const { space, measures, minimize, against, iterations, seed, signal } = options;
  if (isProven("front", options)) return exactFront({ space, cost: sumOf(minimize, measures), size: sumOf(against, measures) }).map(({ shape }) => shape);
  const objectives = { [against]: measures.of(against).measure, [minimize]: measures.of(minimize).measure };
  const found = await followed(multiObjectiveSearch({ space, objectives, constraints: constraintsOf(options), iterations, seed, signal }), options);
  return found.map(({ shape }) => shape);
}

const constraintsOf = ({ limits, measures }: SearchShapesOptions): ShapeConstraint[] =>
  limits.map(({ quantity, ...range }) => ({ name: quantity, measure: measures.of(quantity).measure, ...range }));

type Iteration = { readonly type: "iteration"; readonly iteration: number } | { readonly type: "chosen" | "warning" };

/** Runs a search to its end with a progress bar. */
async function followed<Result>(search: AsyncGenerator<Iteration, Result, void>, { iterations, bars }: SearchShapesOptions): Promise<Result> {
  const bar = bars("iterations", iterations);
  try {
    for (;;) {
      const { value, done } = await search.next();
      if (done === true) return value;
      if (value.type === "iteration") bar.update(value.iteration);
    }
  } finally {
    bar.finish();
  }
}
