import { describe, expect, it } from "vitest";
import { tableSplits } from "./table-splits.js";

describe("tableSplits", () => {
  const splits = tableSplits(53, { sizes: [5, 20, "all", 100], draws: 3, folds: 4 });

  it("has every size that a fold has rows for, in every fold of every draw", () => {
    expect(splits).toHaveLength(3 * 4 * 3);
    expect([...new Set(splits.map(({ size }) => size))].sort((a, b) => a - b)).toEqual([5, 20, 39]);
    for (const { size, training } of splits) expect(training).toHaveLength(size);
  });

  it("never tests on a row that it trains on, and tests on every row once a draw", () => {
    for (const { training, test } of splits) expect(training.filter((row) => test.includes(row))).toEqual([]);
    for (const draw of [0, 1, 2]) {
      const tested = splits.filter((split) => split.draw === draw && split.size === 5).flatMap(({ test }) => test);
      expect([...tested].sort((a, b) => a - b)).toEqual(Array.from({ length: 53 }, (_, i) => i));
    }
  });

  it("judges all sizes of a fold by the same rows, and grows a training part by more rows", () => {
    const [five, twenty] = splits.filter(({ draw, fold }) => draw === 1 && fold === 2);
    expect(five!.test).toEqual(twenty!.test);
    expect(twenty!.training.slice(0, 5)).toEqual(five!.training);
  });
});
