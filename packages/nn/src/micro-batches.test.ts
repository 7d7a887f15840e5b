import { describe, expect, it } from "vitest";
import { feedsOf, microBatches, sharesOf, totalWeight } from "./micro-batches.js";

const feeds = {};

describe("sharesOf", () => {
  it("gives each micro-batch its part of the whole, and leaves out those without weight", () => {
    expect(sharesOf([{ feeds, weight: 3 }, { feeds, weight: 0 }, { feeds, length: 8 }])).toEqual([{ feeds, length: 0, share: 0.75 }, { feeds, length: 8, share: 0.25 }]);
  });
});

describe("microBatches", () => {
  it("takes batches in a row, so that no two steps share one", async () => {
    const asked: number[] = [];
    const batchAt = async (index: number) => ({ feeds, weight: asked.push(index) });
    expect(await microBatches(2, 3, batchAt)).toEqual([{ feeds, weight: 1 }, { feeds, weight: 2 }, { feeds, weight: 3 }]);
    expect(asked).toEqual([6, 7, 8]);
  });
});

describe("feedsOf", () => {
  it("gives feeds as they are, and makes those that are to be made each time", async () => {
    let made = 0;
    const lazy = { feeds: async () => ({ x: Float32Array.of(++made) }) };
    expect([await feedsOf({ feeds }), await feedsOf(lazy), await feedsOf(lazy)]).toEqual([{}, { x: Float32Array.of(1) }, { x: Float32Array.of(2) }]);
  });
});

describe("totalWeight", () => {
  it("counts", () => expect(totalWeight(Float32Array.of(1, 0, 1, 1))).toBe(3));
});
