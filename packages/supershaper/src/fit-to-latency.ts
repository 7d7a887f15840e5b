import { evaluatePairwiseSum, type PairwiseSum, type Shape } from "@bort/predictors";
import { monotoneFit } from "./monotone-fit.js";
import { rangeOfTables } from "./pairwise-range.js";
import { requireCount } from "./require-options.js";
import { parameterSum } from "./shape-counts.js";
import { finiteMeasure } from "./shape-measure.js";
import { type ShapeSpace } from "./shape-space.js";
import { sumTables } from "./sum-tables.js";
import { SuperShaperError } from "./supershaper-error.js";

export interface FitToLatencyOptions {
  readonly space: ShapeSpace;
  /** The latency that may not be exceeded, in milliseconds. */
  readonly budgetMs: number;
  /** Measures a shape's network on the device, in milliseconds. */
  readonly latencyMs: (shape: Shape) => number | Promise<number>;
  /** The best shape of at most that many parameters: from an exact front ({@link bestOfFront}), an evolutionary search, or `cigarShape`. */
  readonly bestAt: (parameters: number) => Shape | Promise<Shape>;
  /** Default: `parameterSum(space)`. */
  readonly parameters?: PairwiseSum;
  /** Sizes between the smallest and the largest that are measured before anything is decided. Default 3. */
  readonly sizes?: number;
  /** Shapes that are measured at most, these and both ends included. Default 16. */
  readonly measurements?: number;
  /** Ends when the largest size that fits is known to this share of it. Default 0.005. */
  readonly tolerance?: number;
  readonly signal?: AbortSignal;
}

/** A shape that was measured. */
export interface TimedShape {
  readonly shape: Shape;
  readonly parameters: number;
  readonly latencyMs: number;
}

/** A shape that fits, by its own measurement, and all that were measured, in that order. */
export interface FittedShape extends TimedShape {
  readonly measured: readonly TimedShape[];
}

export type FitEvent =
  | { readonly type: "measured"; readonly fits: boolean; readonly timed: TimedShape }
  /** The end, and what the function returns. */
  | { readonly type: "chosen"; readonly result: FittedShape };

/** What came of asking for the best shape of at most a size. */
interface Answer {
  readonly atMost: number;
  readonly timed: TimedShape;
  readonly fits: boolean;
  /** Whether its shape was none that had been measured. */
  readonly isNew: boolean;
}

/** Sizes that differ by so small a share count as the same. */
const ROUNDING = 1e-12;

/** Sizes that are asked for, by measurement: `bestAt` may give shapes again that are measured. */
const ASKS = 4;

/**
 * Finds the largest best shape whose network keeps a latency on this device: latency hardly depends on shape at one parameter count, so the count is looked for
 * and the shape is the best of that count.
 *
 * The best shapes of some sizes are measured and a rising curve is put through the latencies; the size at which it meets the budget is asked for next, until the
 * largest size that fits and the smallest that does not are close. Where that size has a shape that was measured before, sizes are few there, and the rest of the range is halved.
 *
 * @throws SuperShaperError `supershaper/infeasible` where the smallest shape takes too long; `supershaper/bad-option`; `supershaper/bad-measure` for a latency
 * that is not finite
 *
 * Source: SuperShaper, section 4.5.
 */
export async function* fitToLatency(options: FitToLatencyOptions): AsyncGenerator<FitEvent, FittedShape, void> {
  const { space, budgetMs, parameters = parameterSum(space), tolerance = 0.005, signal } = options;
  if (!(budgetMs > 0)) throw new SuperShaperError("supershaper/bad-option", `supershaper: a latency budget must be above 0 ms, got ${budgetMs}; correct it`);
  if (!(tolerance > 0)) throw new SuperShaperError("supershaper/bad-option", `supershaper: a tolerance must be above 0, got ${tolerance}; correct it`);
  const sizes = requireCount(options.sizes ?? 3, "sizes", 0);
  const measurements = requireCount(options.measurements ?? 16, "measurements", sizes + 2);
  const { least, most, rounding } = rangeOfTables(sumTables(space, parameters));
  const measured = new Map<string, TimedShape>();
  const answers: Answer[] = [];
  async function* ask(atMost: number): AsyncGenerator<FitEvent, TimedShape, void> {
    signal?.throwIfAborted();
    const shape = space.check(await options.bestAt(atMost));
    const known = measured.get(shape.join(","));
    const timed = known ?? { shape, parameters: evaluatePairwiseSum(parameters, shape), latencyMs: finiteMeasure(await options.latencyMs(shape), shape) };
    const fits = timed.latencyMs <= budgetMs;
    answers.push({ atMost, timed, fits, isNew: known === undefined });
    measured.set(shape.join(","), timed);
    if (known === undefined) yield { type: "measured", fits, timed };
    return timed;
  }

  const smallest = yield* ask(least + rounding);
  if (smallest.latencyMs > budgetMs) throw tooSlow(smallest, budgetMs);
  yield* ask(most + rounding);
  for (let i = 1; i <= sizes; i++) yield* ask(least + ((most - least) * i) / (sizes + 1));
  while (measured.size < measurements && answers.length < ASKS * measurements) {
    const next = nextSize(answers, budgetMs, tolerance);
    if (next === undefined) break;
    yield* ask(next);
  }
  const all = [...measured.values()];
  const result = { ...largest(all.filter(({ latencyMs }) => latencyMs <= budgetMs)), measured: all };
  yield { type: "chosen", result };
  return result;
}

/** The best shape of at most a size, of a front by ascending sizes; @throws SuperShaperError `supershaper/infeasible` below the first */
export function bestOfFront(front: readonly { readonly shape: Shape; readonly size: number }[]): (atMost: number) => Shape {
  return (atMost) => {
    const best = front.findLast(({ size }) => size <= atMost);
    if (best !== undefined) return best.shape;
    throw new SuperShaperError("supershaper/infeasible", `supershaper: no shape of this front has a size of at most ${atMost}; the smallest has ${front[0]?.size ?? "none"}: allow more`);
  };
}

/**
 * A size to ask for, between those up to which the best shapes fit and those from which they do not: where the curve meets the budget; in the middle where the last answer told
 * nothing new; in the end just below the smallest shape that does not fit. Nothing where the largest that fits is known.
 */
function nextSize(answers: readonly Answer[], budgetMs: number, tolerance: number): number | undefined {
  const fitting = answers.filter(({ fits }) => fits);
  const fits = Math.max(...fitting.map(({ timed }) => timed.parameters));
  const low = Math.max(fits, ...fitting.map(({ atMost }) => atMost)); // What is best between the two is known.
  const above = answers.map(({ atMost, timed: { parameters } }) => ({ parameters, size: Math.min(atMost, parameters) })).filter(({ size }) => size > low);
  const [high, exceeds] = [Math.min(...above.map(({ size }) => size)), Math.min(...above.map(({ parameters }) => parameters))];
  if (above.length === 0 || exceeds - fits <= tolerance * fits) return undefined;
  if (high - low <= Math.max(tolerance, ROUNDING) * low) {
    const last = exceeds * (1 - ROUNDING);
    return answers.some(({ atMost }) => atMost >= last && atMost < exceeds) ? undefined : last;
  }
  if (!answers.at(-1)!.isNew) return (low + high) / 2;
  const curve = monotoneFit(answers.filter(({ isNew }) => isNew).map(({ timed }) => [timed.parameters, timed.latencyMs]));
  const [fast, slow] = [curve(low), curve(high)];
  const share = slow > fast ? (budgetMs - fast) / (slow - fast) : 0.5;
  return low + (high - low) * Math.min(0.9, Math.max(0.1, share)); // Not at an end, where nothing new would be learnt.
}

function largest(timed: readonly TimedShape[]): TimedShape {
  return timed.reduce((best, each) => (each.parameters > best.parameters ? each : best));
}

function tooSlow({ shape, parameters, latencyMs }: TimedShape, budgetMs: number): SuperShaperError {
  return new SuperShaperError("supershaper/infeasible",
    `supershaper: a budget of ${budgetMs} ms needs a shape that is as fast, but ${shape.join(",")}, with ${parameters} parameters the smallest, takes ${latencyMs.toPrecision(4)} ms; allow more, or take a narrower space`);
}
