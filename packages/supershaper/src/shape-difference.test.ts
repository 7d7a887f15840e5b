import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { evaluatePairwiseSum, type MeasuredShape, type Shape } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { parameterSum } from "./shape-counts.js";
import { shapeDifference, shapeDifferenceCorrelation } from "./shape-difference.js";
import { ShapeSpace } from "./shape-space.js";
import { shapeOfPreset } from "./template-shapes.js";

describe("shapeDifference", () => {
  it("is the Euclidean distance", () => {
    expect(shapeDifference([120, 240, 360], [120, 600, 840])).toBe(600);
    expect(shapeDifference([], [])).toBe(0);
  });

  it("refuses shapes of different depths", () => {
    expect(() => shapeDifference([120], [120, 240])).toThrow(expect.objectContaining({ code: "supershaper/bad-shape" }));
  });
});

describe("shapeDifferenceCorrelation", () => {
  const best: MeasuredShape = { shape: [360, 360], value: 7 };
  const at = (shape: Shape, value: number): MeasuredShape => ({ shape, value });

  it("is 1 by ranks where worse means further, by Pearson where it does so evenly, on either side", () => {
    const { spearman, pearson, networks, points } = shapeDifferenceCorrelation(best, [at([360, 480], 8), at([120, 360], 9), at([360, 720], 10)]);
    expect(networks).toBe(3);
    expect(spearman).toBeCloseTo(1, 12);
    expect(pearson).toBeCloseTo(1, 12);
    expect(points).toEqual([[120, 1], [240, 2], [360, 3]]);
    expect(shapeDifferenceCorrelation(best, [at([360, 480], 8), at([120, 360], 9), at([360, 720], 100)])).toMatchObject({ spearman: expect.closeTo(1, 9) as number, pearson: expect.closeTo(92 / Math.sqrt(2 * 5582), 9) as number });
  });

  it("is below 0 where nearer is worse", () => {
    expect(shapeDifferenceCorrelation(best, [at([360, 480], 9), at([120, 360], 8)]).spearman).toBeCloseTo(-1, 12);
  });

  it("refuses a single other", () => {
    expect(() => shapeDifferenceCorrelation(best, [best])).toThrow(expect.objectContaining({ code: "supershaper/bad-option" }));
  });
});

const data = process.env["BORT_DATA"] ?? join(fileURLToPath(new URL(".", import.meta.url)), "../../../../shared/data");
const measuredShapes = join(data, "nas/supershaper/perplexity.jsonl");

describe.skipIf(!existsSync(measuredShapes))("shapeDifferenceCorrelation of the measured shapes (skipped without the data folder)", () => {
  // Table 7 prints 0.80, 0.69, 0.47 and 0.72 for 486 to 1,065 networks each; the table on disk has 23 to 54 of them.
  it.each([["supershaper-63m", 7.09, 62], ["supershaper-65m", 6.86, 63], ["supershaper-69m", 6.62, 68], ["supershaper-80m", 6.17, 79]])("is positive around %s", (name, perplexity, millions) => {
    const space = new ShapeSpace();
    const parameters = parameterSum(space, { accounting: "supershaper-paper" });
    const networks = readFileSync(measuredShapes, "utf8").trim().split("\n").map((line) => JSON.parse(line) as { shape: number[]; perplexity: number })
      .map((network) => ({ shape: network.shape, value: network.perplexity }))
      .filter(({ shape }) => Math.abs(evaluatePairwiseSum(parameters, shape) / 1e6 - millions - 1) <= 1);
    const { spearman, pearson } = shapeDifferenceCorrelation({ shape: shapeOfPreset(name), value: perplexity }, networks);
    expect(networks.length).toBeGreaterThan(20);
    expect(spearman).toBeGreaterThan(0.4);
    expect(pearson).toBeGreaterThan(0.4);
  });
});
