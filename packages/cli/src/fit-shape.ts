import { type EngineBackend } from "@bort/backend";
import { encoderLatencies } from "@bort/nn";
import { bestOfFront, exactFront, fitToLatency, type ShapeSpace, type TimedShape } from "@bort/supershaper";
import { usageError } from "./cli-error.js";
import { type NewBar } from "./progress.js";
import { type Limit, sumOf } from "./search-shapes.js";
import { type Quantity, type ShapeMeasures } from "./shape-measures.js";

export interface FitShapeOptions {
  readonly backend: EngineBackend;
  readonly space: ShapeSpace;
  readonly measures: ShapeMeasures;
  readonly budgetMs: number;
  /** Of the one sequence that networks are timed on. */
  readonly sequenceLength: number;
  readonly signal: AbortSignal;
  readonly bars: NewBar;
}

/** Networks that are timed at most. */
const MEASUREMENTS = 16;

/** The budget that the options of a fit give; @throws CliError `cli/usage` for another limit than the most latency, or another aim than perplexity */
export function budgetOf(limits: readonly Limit[], minimize: Quantity): number {
  const [limit, other] = limits;
  if (limit?.quantity !== "latency-ms" || limit.atMost === undefined || limit.atLeast !== undefined || other !== undefined) {
    throw usageError("--strategy fit needs --most-latency-ms, which it measures, and keeps no other limit; give that alone, or take another strategy");
  }
  if (minimize === "perplexity") return limit.atMost;
  throw usageError(`--strategy fit looks for the least perplexity that fits, got --minimize ${minimize}; leave it out, or take another strategy`);
}

/** The largest shape whose network keeps a latency, measured here, among the proven best of all sizes; throws what `exactFront` and `fitToLatency` throw. */
export async function fitShape({ backend, space, measures, budgetMs, sequenceLength, signal, bars }: FitShapeOptions): Promise<TimedShape> {
  const front = exactFront({ space, cost: sumOf("perplexity", measures), size: sumOf("parameters", measures) });
  const timed = async (shape: readonly number[]): Promise<number> => (await encoderLatencies(backend, [space.arch(shape)], { batchSize: 1, sequenceLength }, { signal }))[0]!;
  const search = fitToLatency({ space, budgetMs, latencyMs: timed, bestAt: bestOfFront(front), parameters: sumOf("parameters", measures), measurements: MEASUREMENTS, signal });
  const bar = bars("networks timed, at most", MEASUREMENTS);
  try {
    for (let done = 0; ; done++) {
      const next = await search.next();
      if (next.done === true) return next.value;
      if (next.value.type === "measured") bar.update(done + 1, `${next.value.timed.latencyMs.toFixed(3)} ms`);
    }
  } finally {
    bar.finish();
  }
}
