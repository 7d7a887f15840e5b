import { type MlmBatches } from "@bort/data";
import { type Backend } from "@bort/graph";
import { Trainer, adamW, createModel, mlmFeeds, mlmLossGraph, runTraining } from "@bort/nn";
import { requireCount } from "./require-count.js";
import { type StepShape, stepArch } from "./step-shape.js";

/** What part of training is spent on getting batches. */
export interface Waiting {
  readonly steps: number;
  readonly stepMs: number;
  /** From asking for a batch to having it, for each step. */
  readonly waitMs: number;
  /** `waitMs / stepMs`. */
  readonly share: number;
}

/** Trains on batches of a shape and times how long each step waits for its batch; the first `warmUp` steps are not counted. Throws `bench/bad-option`. */
export async function measureWaiting(
  backend: Backend, shape: StepShape, batches: MlmBatches, { steps = 40, warmUp = 5 }: { readonly steps?: number; readonly warmUp?: number } = {},
): Promise<Waiting> {
  requireCount("steps", steps, 1);
  requireCount("warmUp", warmUp, 1);
  const arch = stepArch(shape);
  const { parameters } = createModel(arch, { kind: "mlm" } as const, 0);
  const trainer = await Trainer.create({ backend, parameters, graph: mlmLossGraph(arch, shape), optimizer: adamW() });
  const [waits, secondsAt]: [number[], number[]] = [[], []];
  const feeds = (step: number): { batch: ReturnType<typeof mlmFeeds>; tokens: number } => {
    const start = performance.now();
    const batch = batches.at(step);
    waits.push(performance.now() - start);
    return { batch: mlmFeeds(batch), tokens: shape.batchSize * shape.sequenceLength };
  };
  try {
    for await (const event of runTraining({ trainer, feeds, steps: warmUp + steps, schedule: () => 1e-4 })) if (event.type === "step") secondsAt.push(event.seconds);
  } finally {
    await trainer.dispose();
  }
  const waitMs = waits.slice(warmUp).reduce((sum, wait) => sum + wait, 0) / steps;
  const stepMs = (1000 * (secondsAt.at(-1)! - secondsAt[warmUp - 1]!)) / steps;
  return { steps, stepMs, waitMs, share: waitMs / stepMs };
}
