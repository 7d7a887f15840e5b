import { expect, it } from "vitest";
import { convergentSets, grid, paperTheta, repositoryTheta } from "./hyperparameter-sets.js";

it("grid has every combination once, the first name outermost", () => {
  expect(grid({ a: [1, 2], b: [3, 4] })).toEqual([{ a: 1, b: 3 }, { a: 1, b: 4 }, { a: 2, b: 3 }, { a: 2, b: 4 }]);
});

it("Theta has as many sets as the papers list values for", () => {
  expect([paperTheta.length, repositoryTheta.length]).toEqual([500, 48]);
  expect(new Set(paperTheta.map((set) => JSON.stringify(set))).size).toBe(500);
});

it("the convergent sets are those of 23 tasks, and not all in the paper's Theta, as it says", () => {
  expect(Object.keys(convergentSets)).toHaveLength(23);
  expect(convergentSets["RTE"]).toEqual({ set: { learningRate: 1e-5, weightDecay: 100, warmupRatio: 0.5, seed: 2 }, batchSize: 8 });
  const inTheta = Object.values(convergentSets).filter(({ set }) => paperTheta.some((each) => JSON.stringify(each) === JSON.stringify(set)));
  expect(inTheta).toHaveLength(7); // CoLA, MRPC, STS-B, QNLI, WNLI, BoolQ, MultiRC.
});
