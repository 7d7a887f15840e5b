import { expect, it } from "vitest";
import { paper } from "./paper.js";

it("has the numbers of the paper's sections 3.3 and 4.2", () => {
  const { search, trial, pretraining } = paper;
  expect(search.space.lists).toEqual({
    depth: [2, 4, 6, 8, 10, 12], heads: [4, 8, 12, 16], hidden: [512, 768, 1024], intermediate: [256, 512, 768, 1024, 3072],
  });
  expect(search).toMatchObject({ epsilon: 2, hyperparameters: [{ learningRate: 5e-4, warmupRatio: 0.05 }] });
  expect(trial).toMatchObject({ steps: 3, shape: { batchSize: 1024, sequenceLength: 512 }, maxGradientNorm: 1, heldOutSequences: 11_828 });
  expect(pretraining).toMatchObject({
    shape: { batchSize: 1024, sequenceLength: 512, maskedPerSequence: 80 },
    steps: 25_000, learningRate: 1e-4, warmupRatio: 0.01, schedule: "noam", maxGradientNorm: 1,
    objective: { mlmWeight: 0.5, terms: [{ name: "distillation", weight: 0.5, settings: { temperature: 2 } }] }, shortFirst: false,
  });
});

it("computes whole batches in parts of one size", () => {
  const { trial, pretraining, sequencesAtOnce } = paper;
  for (const sequences of [trial.shape.batchSize, trial.heldOutSequences, pretraining.shape.batchSize]) expect(sequences % sequencesAtOnce).toBe(0);
});
