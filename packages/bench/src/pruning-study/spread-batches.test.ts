import { expect, it } from "vitest";
import { spreadBatches } from "./spread-batches.js";

const batches = { stepsPerEpoch: 7, at: (step: number) => step };

it("takes batches from all of an epoch, each once", () => {
  expect(spreadBatches(batches, 3)).toEqual([0, 2, 4]);
  expect(spreadBatches(batches, 7)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(spreadBatches(batches, 9)).toEqual(spreadBatches(batches, 7));
});
