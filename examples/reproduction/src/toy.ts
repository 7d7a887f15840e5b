import { gridSpace } from "@bort/arch";
import { publishedObjectives } from "@bort/distill";
import { demo } from "@bort/fptas";
import { adamW } from "@bort/nn";
import { type PretrainingSetting, type Setting } from "./setting.js";

/**
 * As many tokens in a batch as the demo has, in sequences so short that attention to neighbours is learned in hundreds of steps. Small encoders bear many
 * times the learning rate of large ones, and runs of a thousand steps want a variance that forgets faster than BERT's 0.999.
 */
const training: Omit<PretrainingSetting, "objective" | "steps" | "learningRate"> = {
  shape: { batchSize: 64, sequenceLength: 16, maskedPerSequence: 2 },
  optimizer: adamW({ beta2: 0.98 }),
  warmupRatio: 0.1,
  schedule: "noam",
  maxGradientNorm: 1,
  dropout: {},
  shortFirst: true,
};

/** The same at a size that two cores finish in two to three minutes. */
export const toy: Setting = {
  name: "toy",
  maximumPoint: {
    kind: "pretrained", tuple: [4, 4, 96, 384], vocabSize: 1024, training: { ...training, steps: 1500, learningRate: 3e-3, warmupRatio: 0.06, schedule: "linear" },
  },
  heldOutShare: 0.1,
  search: { ...demo.search, space: gridSpace({ depth: [2, 4], heads: [2, 4], hidden: [64, 96], intermediate: [128, 256] }) },
  trial: { ...demo.training, shape: training.shape, heldOutSequences: 256 },
  pretraining: { ...training, steps: 1200, learningRate: 5e-3, objective: publishedObjectives.bort },
  sequencesAtOnce: training.shape.batchSize,
  evaluationSequences: 2048,
  checkpointEvery: 300,
};
