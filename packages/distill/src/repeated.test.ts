import { expect, it } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { repeated } from "./repeated.js";

it("repeats the first batches, masks included", () => {
  const batches = chainBatches(17, { batchSize: 2, sequenceLength: 8, maskedPerSequence: 2 }, 1);
  const again = repeated(batches, 3);
  expect([0, 1, 2, 3, 7].map((step) => again.at(step))).toEqual([0, 1, 2, 0, 1].map((step) => batches.at(step)));
  expect(again.stepsPerEpoch).toBe(3);
});
