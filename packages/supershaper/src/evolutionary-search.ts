import { setImmediate } from "node:timers/promises";
import { random } from "@bort/data";
import { type Shape } from "@bort/predictors";
import { rangeWarnings, type RangeWarning } from "./range-warnings.js";
import { requireCount, requireProbability } from "./require-options.js";
import { type ShapeConstraint, ShapeConstraints } from "./shape-constraints.js";
import { type JudgedShape, ShapeJudge, type ShapeObjective } from "./shape-judge.js";
import { type ShapeSpace } from "./shape-space.js";
import { crossed, drawnFrom, mutated } from "./shape-variation.js";

/** What an evolutionary search is given; every default is the paper's. */
export interface EvolutionarySearchOptions {
  readonly space: ShapeSpace;
  /** What is to be small: a predicted or measured perplexity. It is asked for shapes that keep the constraints alone, once for each. */
  readonly objective: ShapeObjective;
  /** Default: none. */
  readonly constraints?: readonly ShapeConstraint[];
  /** Shapes that are drawn at the start. Default 100. */
  readonly population?: number;
  /** The best shapes so far, which the next ones are made of. Default 10. */
  readonly parents?: number;
  /** Mutants an iteration. Default 100. */
  readonly mutations?: number;
  /** Crossings an iteration. Default 100. */
  readonly crossovers?: number;
  /** With which each width of a mutant is drawn anew. Default 0.4. */
  readonly mutationProbability?: number;
  /** Default 300. */
  readonly iterations?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Ends the search before the next shape: it throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What an evolutionary search comes to. */
export interface EvolvedShape {
  readonly shape: Shape;
  /** Of the objective. */
  readonly value: number;
  /** What the constraints are about, by name. */
  readonly measured: Readonly<Record<string, number>>;
  /** Shapes that were looked at. */
  readonly tried: number;
}

export type EvolutionEvent =
  /** `best` is the best so far that keeps the constraints; there may be none yet. Iteration 0 is the population that was drawn. */
  | { readonly type: "iteration"; readonly iteration: number; readonly tried: number; readonly best?: { readonly shape: Shape; readonly value: number } }
  | RangeWarning
  /** The end, and what the search returns. */
  | { readonly type: "chosen"; readonly result: EvolvedShape };

/**
 * Evolves shapes: of the best so far, some are mutated and some crossed, again and again.
 *
 * Shapes that do not keep the constraints come after all that do, by how far they are from it (Deb 2000), so the search finds its way to a narrow range and
 * always ends. Runs of the same seed are the same.
 *
 * @throws SuperShaperError `supershaper/infeasible` where a constraint on a pairwise sum, or a predictor that rises with one, cannot be kept, or no shape was
 * found that keeps all: the message gives the range of each; `supershaper/bad-option`, `supershaper/bad-measure`
 *
 * Source: SuperShaper, section 4.1, after Real et al. 2017, in the released code's form.
 */
export async function* evolutionarySearch(options: EvolutionarySearchOptions): AsyncGenerator<EvolutionEvent, EvolvedShape, void> {
  const { space, objective, seed = 0, signal } = options;
  const population = requireCount(options.population ?? 100, "shapes of the population");
  const parents = requireCount(options.parents ?? 10, "parents");
  const mutations = requireCount(options.mutations ?? 100, "mutations", 0);
  const crossovers = requireCount(options.crossovers ?? 100, "crossovers", 0);
  const iterations = requireCount(options.iterations ?? 300, "iterations", 0);
  const probability = requireProbability(options.mutationProbability ?? 0.4, "a mutation");
  const constraints = new ShapeConstraints(space, options.constraints ?? []);
  const judge = new ShapeJudge([objective], constraints);
  const progress = (iteration: number, { shape, values: [value] }: JudgedShape): EvolutionEvent =>
    ({ type: "iteration", iteration, tried: judge.count, ...(value !== undefined && { best: { shape, value } }) });

  let best = fittest(await judge.judgeAll(space.sample(seed, population), signal), parents);
  yield progress(0, best[0]!);
  for (let iteration = 1; iteration <= iterations; iteration++) {
    await setImmediate(); // Lets timers and input in.
    signal?.throwIfAborted();
    const rng = random(seed, "shapes", iteration);
    const parent = (): Shape => drawnFrom(best, rng).shape;
    const children = [
      ...Array.from({ length: mutations }, () => mutated(space, parent(), probability, rng)),
      ...Array.from({ length: crossovers }, () => crossed(parent(), parent(), rng)),
    ];
    best = fittest([...best, ...await judge.judgeAll(children, signal)], parents);
    yield progress(iteration, best[0]!);
  }

  const { shape, values: [value] } = best[0]!;
  if (value === undefined) throw constraints.infeasible(judge.count);
  yield* rangeWarnings([shape], [{ name: "objective", measure: objective }, ...(options.constraints ?? [])]);
  const result = { shape, value, measured: constraints.measured(shape), tried: judge.count };
  yield { type: "chosen", result };
  return result;
}

/** The best of some shapes, none twice: those that keep the constraints by their value, then the others by how far they are from that. */
function fittest(shapes: readonly JudgedShape[], count: number): JudgedShape[] {
  return [...new Set(shapes)].sort((a, b) => a.violation - b.violation || (a.values[0] ?? 0) - (b.values[0] ?? 0)).slice(0, count);
}
