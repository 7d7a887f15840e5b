import { random } from "@bort/data";
import { type Backend, type Feeds } from "@bort/graph";
import { Trainer, adamW, createModel, mlmLossGraph } from "@bort/nn";
import { type StepShape, stepArch } from "./step-shape.js";

/**
 * Gives `work` a function that takes a whole training step and returns its loss: the MLM loss and its gradients on one synthetic batch,
 * clipping, AdamW on every parameter, in float32. What was compiled is disposed of afterwards.
 */
export async function withStepTrainer<Result>(backend: Backend, shape: StepShape, work: (step: () => Promise<number>) => Promise<Result>): Promise<Result> {
  const arch = stepArch(shape);
  const { parameters } = createModel(arch, { kind: "mlm" } as const, 0);
  const trainer = await Trainer.create({ backend, parameters, graph: mlmLossGraph(arch, shape), optimizer: adamW() });
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
