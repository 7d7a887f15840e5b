import { uniformArch } from "@bort/arch";
import { random } from "@bort/data";
import { type Backend, type Feeds } from "@bort/graph";
import { Trainer, adamW, createModel, mlmLossGraph } from "@bort/nn";
import { BenchError } from "./bench-error.js";

/** Sizes of a training step, in the order of the command line. */
export interface StepShape {
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly depth: number;
  readonly vocabSize: number;
  readonly maskedPerSequence: number;
}

/** Reads `16,128,256,4,1024,4,8192,20`; @throws BenchError `bench/bad-shape` */
export function parseStepShape(text: string): StepShape {
  const sizes = text.split(",").map(Number);
  if (sizes.length !== 8 || sizes.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    const form = "batch,sequence,hidden,heads,FFN,layers,vocabulary,masked";
    throw new BenchError("bench/bad-shape", `bench: a shape is ${form}, got ${JSON.stringify(text)}; for example 16,128,256,4,1024,4,8192,20`);
  }
  const [batchSize = 0, sequenceLength = 0, hiddenSize = 0, heads = 0, intermediateSize = 0, depth = 0, vocabSize = 0, maskedPerSequence = 0] = sizes;
  if (maskedPerSequence > sequenceLength) {
    throw new BenchError("bench/bad-shape", `bench: a sequence of ${sequenceLength} has no room for ${maskedPerSequence} masked places; mask fewer`);
  }
  return { batchSize, sequenceLength, hiddenSize, heads, intermediateSize, depth, vocabSize, maskedPerSequence };
}

export interface StepTimes {
  readonly medianMs: number;
  readonly minMs: number;
  /** Resident memory of the process after the last step. */
  readonly residentBytes: number;
  readonly loss: number;
}

export interface MeasureStepOptions {
  /** Steps before the first that is timed. Default 2. */
  readonly warmUp?: number;
  /** Steps that are timed. Default 9. */
  readonly repeats?: number;
}

/** Times a whole training step: masked-language-model loss and gradients, clipping, AdamW on every parameter, in float32; @throws BenchError `bench/bad-option` */
export async function measureStep(backend: Backend, shape: StepShape, { warmUp = 2, repeats = 9 }: MeasureStepOptions = {}): Promise<StepTimes> {
  if (!Number.isSafeInteger(repeats) || repeats < 1) throw new BenchError("bench/bad-option", `bench: repeats must be a whole number from 1, got ${repeats}; take 9`);
  return withTrainer(backend, shape, async (step) => {
    const times: number[] = [];
    let loss = Number.NaN;
    for (let i = 0; i < warmUp + repeats; i++) {
      const start = performance.now();
      loss = await step();
      if (i >= warmUp) times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    return { medianMs: times[Math.floor(times.length / 2)]!, minMs: times[0]!, residentBytes: process.memoryUsage().rss, loss };
  });
}

/** Resident memory of the process in the course of a long run. */
export interface Growth {
  readonly steps: number;
  readonly earlyBytes: number;
  readonly lateBytes: number;
  /** `lateBytes / earlyBytes`. */
  readonly ratio: number;
}

/**
 * Takes `steps` training steps, at least 60, and compares resident memory after step 50 with that after the last, each the median of 10 steps.
 *
 * @throws BenchError `bench/bad-option`
 */
export async function measureGrowth(backend: Backend, shape: StepShape, steps: number): Promise<Growth> {
  if (!Number.isSafeInteger(steps) || steps < 60) throw new BenchError("bench/bad-option", `bench: growth needs a whole number of steps from 60, got ${steps}; take 300`);
  return withTrainer(backend, shape, async (step) => {
    const resident: number[] = [];
    for (let i = 0; i < steps; i++) {
      await step();
      resident.push(process.memoryUsage().rss);
    }
    const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
    const [earlyBytes, lateBytes] = [median(resident.slice(45, 55)), median(resident.slice(-10))];
    return { steps, earlyBytes, lateBytes, ratio: lateBytes / earlyBytes };
  });
}

async function withTrainer<Result>(backend: Backend, shape: StepShape, work: (step: () => Promise<number>) => Promise<Result>): Promise<Result> {
  const { batchSize, sequenceLength, hiddenSize, heads, intermediateSize, depth, vocabSize, maskedPerSequence } = shape;
  const arch = uniformArch({ depth, heads, hidden: hiddenSize, intermediate: intermediateSize, vocabSize, positions: sequenceLength, activation: "geluTanh" });
  const model = createModel(arch, { kind: "mlm" } as const, 0);
  const graph = mlmLossGraph(arch, { batchSize, sequenceLength, maskedPerSequence });
  const trainer = await Trainer.create({ backend, parameters: model.parameters, graph, optimizer: adamW() });
  const batch = syntheticBatch(shape);
  try {
    return await work(async () => (await trainer.step(batch, 1e-4)).loss);
  } finally {
    await trainer.dispose();
  }
}

/** Random tokens; the masked places spread evenly over each sequence. */
function syntheticBatch({ batchSize, sequenceLength, vocabSize, maskedPerSequence }: StepShape): Feeds {
  const rng = random(0, "step-benchmark");
  const tokens = (count: number): Int32Array => Int32Array.from({ length: count }, () => rng.integer(vocabSize));
  const stride = Math.floor(sequenceLength / maskedPerSequence);
  const masked = batchSize * maskedPerSequence;
  return {
    ids: tokens(batchSize * sequenceLength),
    positions: Int32Array.from({ length: masked }, (_, i) => Math.floor(i / maskedPerSequence) * sequenceLength + (i % maskedPerSequence) * stride),
    labels: tokens(masked),
    weights: new Float32Array(masked).fill(1),
  };
}
