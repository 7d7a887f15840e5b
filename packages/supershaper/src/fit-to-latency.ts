import { evaluatePairwiseSum, type PairwiseSum, type Shape } from "@bort/predictors";
import { monotoneFit } from "./monotone-fit.js";
import { pairwiseRange } from "./pairwise-range.js";
import { requireCount } from "./require-options.js";
import { parameterSum } from "./shape-counts.js";
import { finiteMeasure } from "./shape-measure.js";
import { type ShapeSpace } from "./shape-space.js";
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

/**
 * Finds the largest best shape whose network keeps a latency on this device: latency hardly depends on shape at one parameter count, so the count is looked for
 * and the shape is the best of that count.
 *
 * The best shapes of some sizes are measured and a rising curve is put through the latencies; the size at which it meets the budget is measured next, until the
 * largest size that fits and the smallest that does not are close. What is chosen was itself measured to fit.
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
  const { least, most } = pairwiseRange(space, parameters);
  const measured = new Map<string, TimedShape>();
  async function* time(atMost: number): AsyncGenerator<FitEvent, TimedShape, void> {
    signal?.throwIfAborted();
    const shape = space.check(await options.bestAt(atMost));
    const known = measured.get(shape.join(","));
    if (known !== undefined) return known;
    const timed = { shape, parameters: evaluatePairwiseSum(parameters, shape), latencyMs: finiteMeasure(await options.latencyMs(shape), shape) };
    measured.set(shape.join(","), timed);
    yield { type: "measured", fits: timed.latencyMs <= budgetMs, timed };
    return timed;
  }

  const smallest = yield* time(least);
  if (smallest.latencyMs > budgetMs) throw tooSlow(smallest, budgetMs);
  yield* time(most);
  for (let i = 1; i <= sizes; i++) yield* time(least + ((most - least) * i) / (sizes + 1));
  while (measured.size < measurements) {
    const next = nextSize([...measured.values()], budgetMs, tolerance);
    const before = measured.size;
    if (next === undefined) break;
    yield* time(next);
    if (measured.size === before) break; // The best shape of that size is one that was measured.
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

/** A size between the largest that fits and the smallest above it that does not, where the curve meets the budget; nothing where these are close. */
function nextSize(timed: readonly TimedShape[], budgetMs: number, tolerance: number): number | undefined {
  const fits = largest(timed.filter(({ latencyMs }) => latencyMs <= budgetMs)).parameters;
  const above = timed.map(({ parameters }) => parameters).filter((parameters) => parameters > fits);
  const exceeds = Math.min(...above);
  if (above.length === 0 || exceeds - fits <= tolerance * fits) return undefined;
  const curve = monotoneFit(timed.map(({ parameters, latencyMs }) => [parameters, latencyMs]));
  const [low, high] = [curve(fits), curve(exceeds)];
  const share = high > low ? (budgetMs - low) / (high - low) : 0.5;
  return fits + (exceeds - fits) * Math.min(0.9, Math.max(0.1, share)); // Not at an end, where nothing new would be learnt.
}

function largest(timed: readonly TimedShape[]): TimedShape {
  return timed.reduce((best, each) => (each.parameters > best.parameters ? each : best));
}

function tooSlow({ shape, parameters, latencyMs }: TimedShape, budgetMs: number): SuperShaperError {
  return new SuperShaperError("supershaper/infeasible",
    `supershaper: a budget of ${budgetMs} ms needs a shape that is as fast, but ${shape.join(",")}, with ${parameters} parameters the smallest, takes ${latencyMs.toPrecision(4)} ms; allow more, or take a narrower space`);
}
