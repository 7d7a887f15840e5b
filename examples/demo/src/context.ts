import { type EngineBackend } from "@bort/backend";
import { type TrainingEvent } from "@bort/nn";
import { type Console } from "./console.js";
import { type EventFile } from "./event-file.js";

/** What every part of the demo works with. */
export interface Context {
  readonly backend: EngineBackend;
  readonly console: Console;
  readonly events: EventFile;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** A measurement on held-out data in the course of a training run. */
export interface CurvePoint {
  readonly step: number;
  /** Time spent in training steps until then. */
  readonly seconds: number;
  readonly value: number;
}

/** Follows a training run to its end: shows its progress, writes its events, gathers the curve of `metric`. */
export async function follow<Result>(
  { console, events, signal }: Context, part: string, metric: string, run: AsyncGenerator<TrainingEvent, Result>, steps: number,
): Promise<Result & { readonly curve: readonly CurvePoint[] }> {
  const bar = console.progress(part, steps);
  const curve: CurvePoint[] = [];
  for (;;) {
    const { done, value } = await run.next();
    if (done === true) {
      bar.finish();
      signal.throwIfAborted();
      return { ...value, curve };
    }
    events.write(part, value);
    if (value.type === "step") bar.update(value.step, `loss ${value.loss.toFixed(3)}`);
    if (value.type === "evaluation") curve.push({ step: value.step, seconds: value.seconds, value: value.metrics[metric]! });
  }
}
