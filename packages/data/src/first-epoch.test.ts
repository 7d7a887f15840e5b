import { describe, expect, it } from "vitest";
import { firstEpoch } from "./first-epoch.js";

const batches = { stepsPerEpoch: 3, at: (step: number) => `batch ${step}` };

describe("firstEpoch", () => {
  it("holds every batch of an epoch, in order", () => expect(firstEpoch(batches)).toEqual(["batch 0", "batch 1", "batch 2"]));

  it("stops at the most that are wanted", () => {
    expect(firstEpoch(batches, 2)).toEqual(["batch 0", "batch 1"]);
    expect(firstEpoch(batches, 4)).toHaveLength(3);
  });
});
