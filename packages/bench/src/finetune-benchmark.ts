import { type ClassificationBatch, type ClassificationBatches, random } from "@bort/data";
import { type Backend, sharePrograms } from "@bort/graph";
import { createModel, finetune } from "@bort/nn";
import { type FinetuneShape, finetuneArch } from "./finetune-shape.js";
import { requireCount } from "./require-count.js";
import { type StepTimes, stepTimes } from "./step-benchmark.js";
import { timeCompilation } from "./time-compilation.js";

/** What a training waits for at its start. */
export interface TrainingStart {
  /** Compilation of its programs. */
  readonly compileMs: number;
  /** The first step, the compilation of the program for its gradients included. */
  readonly firstStepMs: number;
}

/** Times of fine-tuning, and of its start: once with nothing compiled, and once more with the same shape and the same programs. */
export interface FinetuneTimes extends StepTimes {
  readonly first: TrainingStart;
  readonly second: TrainingStart;
}

export interface MeasureFinetuneOptions {
  /** Steps before the first that is timed, at least 1. Default 2. */
  readonly warmUp?: number;
  /** Steps that are timed. Default 9. */
  readonly repeats?: number;
}

/**
 * Times the steps of `finetune`: cross-entropy of a classifier on padded sequences, all gradients, clipping, AdamW on every parameter, in float32, without
 * dropout. Another training with another seed follows, on a backend that shares programs.
 *
 * @throws BenchError `bench/bad-option`
 */
export async function measureFinetune(backend: Backend, shape: FinetuneShape, { warmUp = 2, repeats = 9 }: MeasureFinetuneOptions = {}): Promise<FinetuneTimes> {
  requireCount("the steps before those that are timed", warmUp, 1);
  requireCount("repeats", repeats, 1);
  const shared = sharePrograms(backend);
  try {
    const { stepsMs, loss, start } = await train(shared, shape, { steps: warmUp + repeats, seed: 0 });
    const times = stepTimes(stepsMs.slice(warmUp), loss);
    return { ...times, first: start, second: (await train(shared, shape, { steps: 1, seed: 1 })).start };
  } finally {
    await shared.disposePrograms();
  }
}

interface Trained {
  readonly stepsMs: readonly number[];
  /** Of the last step. */
  readonly loss: number;
  readonly start: TrainingStart;
}

async function train(backend: Backend, shape: FinetuneShape, { steps, seed }: { readonly steps: number; readonly seed: number }): Promise<Trained> {
  const timed = timeCompilation(backend);
  const labels = Array.from({ length: shape.labels }, (_, i) => String(i));
  const model = createModel(finetuneArch(shape), { kind: "classifier", labels }, seed);
  const run = finetune({ backend: timed, model, labels, train: syntheticBatches(shape), batchSize: shape.batchSize, steps, seed, learningRate: 1e-4 });
  const stepsMs: number[] = [];
  let [loss, before] = [Number.NaN, 0];
  for await (const event of run) {
    if (event.type !== "step") continue;
    stepsMs.push(1000 * (event.seconds - before));
    before = event.seconds;
    loss = event.loss;
  }
  return { stepsMs, loss, start: { compileMs: timed.compileMs, firstStepMs: stepsMs[0]! } };
}

/** One batch, again and again. */
function syntheticBatches(shape: FinetuneShape): ClassificationBatches {
  const batch = syntheticBatch(shape);
  return { examples: shape.batchSize, stepsPerEpoch: 1, isSoft: false, at: () => batch };
}

/** Random tokens and labels; the first row is full, and the others are shorter and shorter, the last about a quarter of it. */
function syntheticBatch({ batchSize, sequenceLength: length, vocabSize, labels }: FinetuneShape): ClassificationBatch {
  const rng = random(0, "finetune-benchmark");
  const draws = (count: number, bound: number): Int32Array => Int32Array.from({ length: count }, () => rng.integer(bound));
  const mask = new Float32Array(batchSize * length); // [batch, length]
  for (let row = 0; row < batchSize; row++) mask.fill(1, row * length, row * length + length - Math.floor((3 * length * row) / (4 * batchSize)));
  return {
    ids: draws(batchSize * length, vocabSize), mask, labels: draws(batchSize, labels), values: new Float32Array(batchSize), weights: new Float32Array(batchSize).fill(1), length,
  };
}
