import { random } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type MicroBatch, Trainer, adamW, createModel, mlmLossGraph } from "@bort/nn";
import { BenchError } from "./bench-error.js";
import { type StepShape, stepArch } from "./step-shape.js";

/** How a step is taken in less memory, with the same result. */
export interface StepVariant {
  /** Parts of the batch that are run one after the other, their gradients added up; divides the batch. Default 1. */
  readonly accumulate?: number;
  /** Whether what lies within a layer is computed again for the backward pass. Default false. */
  readonly recompute?: boolean;
}

/**
 * Gives `work` a function that takes a whole training step and returns its loss: the MLM loss and its gradients on one synthetic batch,
 * clipping, AdamW on every parameter, in float32. What was compiled is disposed of afterwards.
 *
 * @throws BenchError `bench/bad-option` for parts that the batch cannot be divided into
 */
export async function withStepTrainer<Result>(
  backend: Backend, shape: StepShape, work: (step: () => Promise<number>) => Promise<Result>, { accumulate = 1, recompute = false }: StepVariant = {},
): Promise<Result> {
  const arch = stepArch(shape);
  const { parameters } = createModel(arch, { kind: "mlm" } as const, 0);
  const batch = parts(shape, accumulate);
  const graph = mlmLossGraph(arch, { ...shape, batchSize: shape.batchSize / accumulate });
  const trainer = await Trainer.create({ backend, parameters, graph, optimizer: adamW(), recompute });
  try {
    return await work(async () => (await trainer.step(batch, 1e-4)).loss);
  } finally {
    await trainer.dispose();
  }
}

/** A batch in equal parts of whole sequences. */
function parts(shape: StepShape, count: number): MicroBatch[] {
  const { batchSize, sequenceLength } = shape;
  if (batchSize % count !== 0) throw new BenchError("bench/bad-option", `bench: a batch of ${batchSize} sequences cannot be divided into ${count} equal parts; take a divisor`);
  const { ids, positions, labels, weights } = syntheticBatch(shape);
  return Array.from({ length: count }, (_, i) => {
    const part = <Values extends Int32Array | Float32Array>(values: Values): Values => values.subarray((i * values.length) / count, ((i + 1) * values.length) / count) as Values;
    const first = (i * batchSize * sequenceLength) / count;
    return { feeds: { ids: part(ids), positions: part(positions).map((position) => position - first), labels: part(labels), weights: part(weights) } };
  });
}

export interface SyntheticBatch {
  readonly ids: Int32Array;
  /** Of the masked places, in all tokens of the batch. */
  readonly positions: Int32Array;
  readonly labels: Int32Array;
  readonly weights: Float32Array;
}

/** Random tokens; the masked places spread evenly over each sequence. */
export function syntheticBatch({ batchSize, sequenceLength, vocabSize, maskedPerSequence }: StepShape): SyntheticBatch {
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
