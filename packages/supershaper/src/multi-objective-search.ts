import { setImmediate } from "node:timers/promises";
import { random, type Random } from "@bort/data";
import { type Shape } from "@bort/predictors";
import { crowdingDistance } from "./crowding-distance.js";
import { nonDominatedSort } from "./non-dominated-sort.js";
import { rangeWarnings, type RangeWarning } from "./range-warnings.js";
import { requireCount, requireProbability } from "./require-options.js";
import { type ShapeConstraint, ShapeConstraints } from "./shape-constraints.js";
import { type JudgedShape, ShapeJudge, type ShapeObjective } from "./shape-judge.js";
import { type ShapeSpace } from "./shape-space.js";
import { crossed, drawnFrom, mutated } from "./shape-variation.js";
import { SuperShaperError } from "./supershaper-error.js";

export interface MultiObjectiveSearchOptions<Name extends string> {
  readonly space: ShapeSpace;
  /** What is to be small, by name: a predicted perplexity and a predicted latency, for example. */
  readonly objectives: Readonly<Record<Name, ShapeObjective>>;
  /** Default: none. */
  readonly constraints?: readonly ShapeConstraint[];
  /** Shapes that live at a time. Default 100. */
  readonly population?: number;
  /** Default 300. */
  readonly iterations?: number;
  /** With which a child has two parents and not one. Default 0.9. */
  readonly crossoverProbability?: number;
  /** With which each width of a child is drawn anew. Default: one width a child, 1 / layers. */
  readonly mutationProbability?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Ends the search before the next shape: it throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A shape that no other found one is better than in all objectives. */
export interface FrontShape<Name extends string> {
  readonly shape: Shape;
  readonly values: Readonly<Record<Name, number>>;
}

export type MultiObjectiveEvent<Name extends string> =
  /** How many shapes of the front are alive; iteration 0 is the population that was drawn. */
  | { readonly type: "iteration"; readonly iteration: number; readonly tried: number; readonly front: number }
  | RangeWarning
  /** The end, and what the search returns. */
  | { readonly type: "chosen"; readonly front: readonly FrontShape<Name>[] };

/** A member of the population with what it competes by. */
interface Ranked extends JudgedShape {
  readonly rank: number;
  readonly distance: number;
}

/**
 * The front of the best trades between objectives, by ascending first objective: NSGA-II, for measures that are no pairwise sums, such as trees. For two
 * pairwise sums {@link exactFront} has the whole front.
 *
 * @throws SuperShaperError `supershaper/infeasible`, `supershaper/bad-option`, `supershaper/bad-measure`
 *
 * Source: Deb et al. 2002, with uniform crossover; a shape lives once.
 */
export async function* multiObjectiveSearch<Name extends string>(options: MultiObjectiveSearchOptions<Name>): AsyncGenerator<MultiObjectiveEvent<Name>, readonly FrontShape<Name>[], void> {
  const { space, seed = 0, signal } = options;
  const names = Object.keys(options.objectives) as Name[];
  if (names.length === 0) throw new SuperShaperError("supershaper/bad-option", "supershaper: a search needs at least one objective, got none; give some");
  const size = requireCount(options.population ?? 100, "shapes of the population", 2);
  const iterations = requireCount(options.iterations ?? 300, "iterations", 0);
  const crossover = requireProbability(options.crossoverProbability ?? 0.9, "a crossover");
  const mutation = requireProbability(options.mutationProbability ?? 1 / space.layers, "a mutation");
  const constraints = new ShapeConstraints(space, options.constraints ?? []);
  const judge = new ShapeJudge(names.map((name) => options.objectives[name]), constraints);
  const frontOf = (population: readonly Ranked[]): Ranked[] => population.filter(({ rank, violation }) => rank === 0 && violation === 0);

  let population = survivors(await judge.judgeAll(space.sample(seed, size), signal), size);
  for (let iteration = 0; ; iteration++) {
    yield { type: "iteration", iteration, tried: judge.count, front: frontOf(population).length };
    if (iteration === iterations) break;
    await setImmediate(); // Lets timers and input in.
    signal?.throwIfAborted();
    const rng = random(seed, "front", iteration + 1);
    const parent = (): Shape => tournament(population, rng).shape;
    const children = Array.from({ length: size }, () => mutated(space, rng.uniform() < crossover ? crossed(parent(), parent(), rng) : parent(), mutation, rng));
    population = survivors([...population, ...await judge.judgeAll(children, signal)], size);
  }

  const found = frontOf(population).sort((a, b) => a.values[0]! - b.values[0]!);
  if (found.length === 0) throw constraints.infeasible(judge.count);
  const front = found.map(({ shape, values }) => ({ shape, values: Object.fromEntries(names.map((name, i) => [name, values[i]!])) as Record<Name, number> }));
  yield* rangeWarnings(front.map(({ shape }) => shape), [...names.map((name) => ({ name, measure: options.objectives[name] })), ...(options.constraints ?? [])]);
  yield { type: "chosen", front };
  return front;
}

/** The best fronts, of the last that has room the least crowded; none twice. */
function survivors(judged: readonly JudgedShape[], size: number): Ranked[] {
  const distinct = [...new Map(judged.map((each) => [each.shape.join(","), each])).values()];
  const alive: Ranked[] = [];
  for (const [rank, front] of nonDominatedSort(distinct).entries()) {
    const distances = crowdingDistance(front);
    const ranked = front.map(({ shape, values, violation }, i): Ranked => ({ shape, values, violation, rank, distance: distances[i]! }));
    alive.push(...ranked.sort(better).slice(0, size - alive.length));
    if (alive.length === size) break;
  }
  return alive;
}

/** The better of two members drawn. */
function tournament(population: readonly Ranked[], rng: Random): Ranked {
  const [first, second] = [drawnFrom(population, rng), drawnFrom(population, rng)];
  return better(second, first) < 0 ? second : first;
}

/** The crowded comparison: a lower rank, then a greater distance. */
function better(a: Ranked, b: Ranked): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  return a.distance === b.distance ? 0 : b.distance - a.distance; // Infinity - Infinity is no number.
}
