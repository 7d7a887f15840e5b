import { type Backend } from "@bort/graph";
import { requireCount } from "./require-count.js";
import { spreadOf } from "./spread.js";
import { type StepShape } from "./step-shape.js";
import { type StepVariant, withStepTrainer } from "./step-trainer.js";

export interface StepTimes {
  readonly medianMs: number;
  readonly minMs: number;
  /** Resident memory of the process after the last step. */
  readonly residentBytes: number;
  /** The most resident memory that the process has had. */
  readonly peakBytes: number;
  readonly loss: number;
}

export interface MeasureStepOptions extends StepVariant {
  /** Steps before the first that is timed. Default 2. */
  readonly warmUp?: number;
  /** Steps that are timed. Default 9. */
  readonly repeats?: number;
}

/** Times a whole training step: masked-language-model loss and gradients, clipping, AdamW on every parameter, in float32; @throws BenchError `bench/bad-option` */
export async function measureStep(backend: Backend, shape: StepShape, { warmUp = 2, repeats = 9, ...variant }: MeasureStepOptions = {}): Promise<StepTimes> {
  requireCount("repeats", repeats, 1);
  return withStepTrainer(backend, shape, async (step) => {
    const times: number[] = [];
    let loss = Number.NaN;
    for (let i = 0; i < warmUp + repeats; i++) {
      const start = performance.now();
      loss = await step();
      if (i >= warmUp) times.push(performance.now() - start);
    }
    return stepTimes(times, loss);
  }, variant);
}

/** What steps of those milliseconds come to, the last with that loss, in a process that has just taken them. */
export function stepTimes(milliseconds: readonly number[], loss: number): StepTimes {
  const { median, least } = spreadOf(milliseconds);
  const residentBytes = process.memoryUsage().rss;
  // The system updates its high-water mark now and then, so the present size may be above it.
  return { medianMs: median, minMs: least, residentBytes, peakBytes: Math.max(residentBytes, 1024 * process.resourceUsage().maxRSS), loss };
}
