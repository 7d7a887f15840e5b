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
    expect([spearman, networks]).toEqual([1, 3]);
    expect(pearson).toBeCloseTo(1, 12);
    expect(points).toEqual([[120, 1], [240, 2], [360, 3]]);
    expect(shapeDifferenceCorrelation(best, [at([360, 480], 8), at([120, 360], 9), at([360, 720], 100)])).toMatchObject({ spearman: 1, pearson: expect.closeTo(0.8756, 4) as number });
  });

  it("is below 0 where nearer is worse", () => {
    expect(shapeDifferenceCorrelation(best, [at([360, 480], 9), at([120, 360], 8)]).spearman).toBe(-1);
  });

  it("refuses a single other", () => {
    expect(() => shapeDifferenceCorrelation(best, [best])).toThrow(expect.objectContaining({ code: "supershaper/bad-option" }));
  });
});

const data = process.env["BORT_DATA"] ?? join(fileURLToPath(new URL(".", import.meta.url)), "../../../../shared/data");
const measuredShapes = join(data, "nas/supershaper/perplexity.jsonl");

describe.skipIf(!existsSync(measuredShapes))("shapeDifferenceCorrelation of the measured shapes (skipped without the data folder)", () => {
  it("is positive between 62 and 64 million parameters, as in table 7", () => {
    const space = new ShapeSpace();
    const parameters = parameterSum(space, { accounting: "supershaper-paper" });
    const networks = readFileSync(measuredShapes, "utf8").trim().split("\n").map((line) => JSON.parse(line) as { shape: number[]; perplexity: number })
      .map(({ shape, perplexity }) => ({ shape, value: perplexity })).filter(({ shape }) => Math.abs(evaluatePairwiseSum(parameters, shape) - 63e6) <= 1e6);
    const { spearman, pearson } = shapeDifferenceCorrelation({ shape: shapeOfPreset("supershaper-63m"), value: 7.09 }, networks);
    expect(networks.length).toBeGreaterThan(15);
    expect(spearman).toBeGreaterThan(0.6);
    expect(pearson).toBeGreaterThan(0.6);
  });
});
