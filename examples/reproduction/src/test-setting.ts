import { gridSpace } from "@bort/arch";
import { publishedObjectives } from "@bort/distill";
import { adamW } from "@bort/nn";
import { type PretrainingSetting, type Setting } from "./setting.js";
import { type TextSource } from "./text-source.js";

const shape = { batchSize: 64, sequenceLength: 8, maskedPerSequence: 1 };
const training: PretrainingSetting = {
  shape, steps: 80, optimizer: adamW({ beta2: 0.98 }), learningRate: 2e-2, warmupRatio: 0.1, schedule: "noam", maxGradientNorm: 1, dropout: { hidden: 0.05 }, shortFirst: false,
};

/** The toy, smaller still: the whole path in seconds, batches in two parts. */
export const testSetting: Setting = {
  name: "toy",
  maximumPoint: { kind: "pretrained", tuple: [2, 2, 32, 64], vocabSize: 300, training },
  heldOutShare: 0.1,
  search: { space: gridSpace({ depth: [2], heads: [1, 2], hidden: [8, 16], intermediate: [16, 32] }), epsilon: 2, hyperparameters: [{ learningRate: 0.5, warmupRatio: 0.05 }] },
  trial: { steps: 3, shape, maxGradientNorm: 1, heldOutSequences: 64 },
  pretraining: { ...training, objective: publishedObjectives.bort },
  sequencesAtOnce: 32,
  evaluationSequences: 256,
  checkpointEvery: 20,
};

const animals = ["cat", "dog", "bird", "cow", "pig"];
const places = ["mat", "log", "tree", "barn", "pond"];

/** Sentences in which the animal tells the place. */
export const testText: TextSource = {
  name: "a test",
  fingerprint: "test",
  documents: () => Array.from({ length: 400 }, (_, i) => `The ${animals[i % 5]} number ${i} sat on the ${places[i % 5]} again.`),
  splitOf: (document) => (/[37] sat/.test(document) ? "validation" : "train"),
};
