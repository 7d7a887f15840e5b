import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { type TrainingEvent, type TrainingSummary, pretrain } from "../src/index.js";
import { fingerprint } from "../src/fingerprint.js";
import { chainBatches } from "../src/chain-batches.js";

/** What a run in another process is told. */
export interface IsolatedTraining {
  readonly folder: string;
  readonly steps: number;
  /** The step after which the process is killed, as by the system. */
  readonly killedAfter?: number;
}

const arch = uniformArch({ depth: 2, heads: 2, hidden: 16, intermediate: 32, vocabSize: 29, positions: 12 });
const shape = { batchSize: 4, sequenceLength: 12, maskedPerSequence: 2 };

/** Pre-trains a small encoder with a checkpoint every second step. */
export async function* train(
  { folder, steps, killedAfter }: IsolatedTraining, { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<TrainingEvent, { readonly summary: TrainingSummary; readonly weights: string }> {
  const batches = chainBatches(29, shape, 1);
  const run = pretrain({
    backend: await onnxBackend({ threads: 1 }), arch, shape, train: batches, validation: [batches.at(100)],
    steps, seed: 3, checkpoint: { folder, every: 2, resume: true }, signal,
  });
  for (;;) {
    const { done, value } = await run.next();
    if (done) return { summary: value.summary, weights: fingerprint(value.model.parameters.flat) };
    yield value;
    if (value.type === "step" && value.step === killedAfter) process.kill(process.pid, "SIGKILL");
  }
}
