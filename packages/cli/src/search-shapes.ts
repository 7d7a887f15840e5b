import { type PairwiseSum } from "@bort/predictors";
import { evolutionarySearch, exactFront, exactSearch, multiObjectiveSearch, pairwiseRange, type ShapeConstraint, type ShapeSpace } from "@bort/supershaper";
import { usageError } from "./cli-error.js";
import { type NewBar } from "./progress.js";
import { type Measure, type Quantity, type ShapeMeasures } from "./shape-measures.js";

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

/** The proven best shape; @throws CliError `cli/usage` for limits on several quantities, or a predictor that is no sum; what `exactSearch` throws */
async function exact({ space, measures, minimize, limits }: SearchShapesOptions): Promise<readonly (readonly number[])[]> {
  if (limits.length > 1) {
    throw usageError(`--strategy exact keeps limits on one quantity, got ${limits.map(({ quantity }) => quantity).join(" and ")}; leave one out, or take --strategy evolution`);
  }
  const { quantity = "parameters", atLeast = -Infinity, atMost = Infinity } = limits[0] ?? {};
  const size = sumOf(quantity, measures);
  const { scale } = measures.of(quantity);
  const [least, most] = [atLeast, atMost].map((end) => (Number.isFinite(end) ? scale.to(end) : end)) as [number, number];
  const range = pairwiseRange(space, size);
  if (range.most < least || range.least > most) {
    const wanted = [...(Number.isFinite(atLeast) ? [`at least ${atLeast}`] : []), ...(Number.isFinite(atMost) ? [`at most ${atMost}`] : [])].join(" and ");
    throw usageError(`no shape of this space has ${quantity} of ${wanted}; all are in [${scale.from(range.least)}, ${scale.from(range.most)}]: widen the limits`);
  }
  return [exactSearch({ space, cost: sumOf(minimize, measures), size, atLeast: least, atMost: most }).shape];
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

/** The exact front where both quantities are sums and nothing is limited, else one by NSGA-II. */
async function front(options: SearchShapesOptions): Promise<readonly (readonly number[])[]> {
  const { space, measures, minimize, against, limits, iterations, seed, signal } = options;
  const [first, second]: Measure[] = [measures.of(minimize), measures.of(against)];
  if (first!.sum !== undefined && second!.sum !== undefined && limits.length === 0) {
    return exactFront({ space, cost: first!.sum, size: second!.sum }).map(({ shape }) => shape);
  }
  const objectives = { [against]: second!.measure, [minimize]: first!.measure };
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
