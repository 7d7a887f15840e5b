import { describe, expect, it } from "vitest";
import { workerBatches } from "./worker-batches.js";

const batches = { stepsPerEpoch: 10, at: (step: number) => ({ step }) };

describe("workerBatches", () => {
  it("gives every batch to one worker, in order", () => {
    const workers = [0, 1, 2].map((rank) => workerBatches(batches, { rank, world: 3 }));
    expect(workers.map(({ stepsPerEpoch }) => stepsPerEpoch)).toEqual([3, 3, 3]);
    const taken = Array.from({ length: 8 }, (_, step) => workers.map((worker) => worker.at(step).step)).flat();
    expect(taken).toEqual(Array.from({ length: 24 }, (_, step) => step));
  });

  it.each([[-1, 2], [2, 2], [0, 0], [0.5, 2], [0, 1.5]])("refuses rank %s of world %s", (rank, world) => {
    expect(() => workerBatches(batches, { rank, world })).toThrow(expect.objectContaining({ code: "data/bad-option" }));
  });

  it("needs a batch for each worker", () => {
    expect(workerBatches(batches, { rank: 9, world: 10 }).stepsPerEpoch).toBe(1);
    expect(() => workerBatches(batches, { rank: 0, world: 11 })).toThrow(expect.objectContaining({ code: "data/corpus-too-small" }));
  });
});
