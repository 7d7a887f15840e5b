import { type EngineBackend } from "@bort/backend";
import { type MlmBatch } from "@bort/data";
import { encoderLatencies, type MlmShape } from "@bort/nn";
import { type ShapeSpace, SupernetEvaluation } from "@bort/supershaper";
import { usageError } from "./cli-error.js";
import { Interruption, isInterruption } from "./interruption.js";
import { type NewBar } from "./progress.js";
import { type SampleTable } from "./sample-table.js";
import { type Supernet } from "./supernet-folder.js";

export interface SampleShapesOptions {
  readonly backend: EngineBackend;
  readonly supernet: Supernet;
  readonly shapes: readonly (readonly number[])[];
  readonly table: SampleTable;
  /** Of a batch. */
  readonly form: MlmShape;
  readonly batches: readonly MlmBatch[];
  /** Whether the networks are timed too, on one batch. */
  readonly latency: boolean;
  readonly bars: NewBar;
  readonly signal: AbortSignal;
}

/** The first `count` draws of a seed, none twice; @throws CliError `cli/usage` where the space has fewer shapes */
export function distinctDraws(space: ShapeSpace, count: number, seed: number): readonly (readonly number[])[] {
  if (space.size < BigInt(count)) throw usageError(`--shapes must be at most ${space.size}, all that the super-network has, got ${count}`);
  const drawn = new Map<string, readonly number[]>();
  for (let index = 0; drawn.size < count; index++) {
    const shape = space.draw(seed, index);
    drawn.set(shape.join(","), drawn.get(shape.join(",")) ?? shape);
  }
  return [...drawn.values()];
}

/** Measures the shapes that the table has not, and tells how many those were; @throws Interruption; what evaluation and table throw */
export async function sampleShapes({ backend, supernet, shapes, table, form, batches, latency, bars, signal }: SampleShapesOptions): Promise<number> {
  const { model, space, slicing } = supernet;
  const missing = shapes.filter((shape) => !table.has(shape));
  const bar = bars("shapes", shapes.length, shapes.length - missing.length);
  const evaluation = new SupernetEvaluation(backend, model, { arch: model.arch, batch: form, slicing });
  let measured = 0;
  try {
    for (const shape of missing) {
      signal.throwIfAborted();
      const { loss, accuracy } = await evaluation.of(shape, batches);
      const [latencyMs] = latency ? await encoderLatencies(backend, [space.arch(shape)], form, { signal }) : [];
      table.append({ shape, loss, perplexity: Math.exp(loss), accuracy, ...(latencyMs !== undefined && { latency: latencyMs / 1000 }) });
      measured++;
      bar.update(shapes.length - missing.length + measured, `perplexity ${Math.exp(loss).toFixed(2)}`);
    }
    return measured;
  } catch (error) {
    throw isInterruption(error, signal) ? new Interruption(`interrupted after ${measured} of ${missing.length} shapes, which are kept; the same command goes on`, false) : error;
  } finally {
    bar.finish();
    await evaluation.dispose();
  }
}
