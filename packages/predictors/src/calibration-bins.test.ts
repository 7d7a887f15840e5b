import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { calibrationBins } from "./calibration-bins.js";

describe("calibrationBins", () => {
  it("has the means of neighbouring predictions, and how measurements scatter about them", () => {
    expect(calibrationBins([4, 1, 2, 3], [5, 1, 4, 3], 2)).toEqual([
      { count: 2, predicted: 1.5, measured: 2.5, spread: 1 }, // Off by 0 and 2.
      { count: 2, predicted: 3.5, measured: 4, spread: 0.5 }, // Off by 0 and 1.
    ]);
  });

  it.each([[10, 3], [103, 10], [7, 7], [5, 1]])("of %i rows in %i bins has every row once, and bins of one size but for a row", (count, bins) => {
    const rng = random(count);
    const measured = Array.from({ length: count }, () => rng.normal());
    const found = calibrationBins(measured.map((value) => value / 2), measured, bins);
    const counts = found.map((bin) => bin.count);
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(count);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    for (const [i, bin] of found.entries()) {
      expect(bin.measured).toBeCloseTo(2 * bin.predicted, 12);
      expect(bin.predicted).toBeGreaterThan(found[i - 1]?.predicted ?? -Infinity);
    }
  });

  it.each([["predictors/bad-option", [1, 2], [1, 2], 3], ["predictors/bad-option", [1, 2], [1, 2], 0], ["predictors/lengths-differ", [1], [1, 2], 1]])("refuses with %s", (code, predicted, measured, bins) => {
    expect(() => calibrationBins(predicted, measured, bins)).toThrow(expect.objectContaining({ code }));
  });
});
