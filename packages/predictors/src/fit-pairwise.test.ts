import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { agreement } from "./agreement.js";
import { fitPairwise } from "./fit-pairwise.js";
import { madeUpLoss, madeUpShapes, widths } from "./made-up-shapes.js";
import { type MeasuredShape, type Predictor } from "./predictor.js";

const quality = (predictor: Predictor, rows: readonly MeasuredShape[]): ReturnType<typeof agreement> =>
  agreement(rows.map(({ shape }) => predictor.predict(shape)), rows.map(({ value }) => value));

/** Merged parameters of a shape, up to a constant: a sum of squares and products. */
const parameters = (shape: readonly number[]): number => shape.reduce((sum, width, layer) => sum + 4 * width * width + 6149 * width + width * (shape[layer + 1] ?? 768), 0);

describe("fitPairwise", () => {
  it("finds a function that lies in its family, though not that of its prior", () => {
    const rows = madeUpShapes(300, { value: parameters });
    expect(quality(fitPairwise(rows, { target: "value", degree: 4 }), madeUpShapes(100, { seed: 1, value: parameters })).rSquared).toBeGreaterThan(1 - 1e-6);
  });

  it("predicts shapes that it has not seen, from fewer shapes than it has coefficients", () => {
    const fresh = madeUpShapes(200, { seed: 1, value: madeUpLoss });
    const [few, many] = [20, 200].map((count) => quality(fitPairwise(madeUpShapes(count, { value: madeUpLoss })), fresh));
    expect(few!.spearman).toBeGreaterThan(0.9);
    expect(many!.spearman).toBeGreaterThan(0.98);
    expect(many!.rSquared).toBeGreaterThan(few!.rSquared);
  });

  it("knows by its prior what a layer does that never changed: what others do, on average", () => {
    const rows = madeUpShapes(60, { layers: 6, value: madeUpLoss }).map(({ shape }) => shape.with(3, 360)).map((shape) => ({ shape, value: madeUpLoss(shape) }));
    const predictor = fitPairwise(rows);
    expect(predictor.predict([360, 360, 360, 120, 360, 360])).toBeGreaterThan(predictor.predict([360, 360, 360, 360, 360, 360]));
    expect(fitPairwise(rows, { prior: { shared: 0, correlation: 0 } }).sum.unary(3, 120)).toBeCloseTo(0, 9);
  });

  it("is a sum over layers and neighbours, of the logarithm by default", () => {
    const rows = madeUpShapes(50, { layers: 4, value: madeUpLoss });
    for (const target of ["value", "logarithm"] as const) {
      const { sum, predict } = fitPairwise(rows, { target });
      const [a, b, c, d] = [120, 480, 768, 240] as const;
      const total = sum.constant + sum.unary(0, a) + sum.unary(1, b) + sum.unary(2, c) + sum.unary(3, d) + sum.pair(0, a, b) + sum.pair(1, b, c) + sum.pair(2, c, d);
      expect(predict([a, b, c, d])).toBeCloseTo(target === "value" ? total : Math.exp(total), 12);
    }
  });

  it("is the same for rows in another order, and scales with the values", () => {
    const rows = madeUpShapes(40, { value: madeUpLoss });
    const shape = rows[0]!.shape;
    const one = fitPairwise(rows).predict(shape);
    expect(fitPairwise([...rows].reverse()).predict(shape)).toBeCloseTo(one, 9);
    expect(fitPairwise(rows.map((row) => ({ ...row, value: 1000 * row.value }))).predict(shape)).toBeCloseTo(1000 * one, 5);
  });

  it("takes shapes of one layer, of one width and of one value", () => {
    expect(fitPairwise([{ shape: [64], value: 4 }, { shape: [128], value: 2 }, { shape: [256], value: 1 }]).predict([128])).toBeCloseTo(2, 2);
    expect(fitPairwise([{ shape: [64, 64], value: 4 }, { shape: [64, 64], value: 1 }]).predict([64, 64])).toBeCloseTo(2, 12); // The mean of logarithms.
    const two = fitPairwise([{ shape: [64, 64], value: 4 }, { shape: [128, 64], value: 1 }]);
    expect(two.predict([64, 64])).toBeGreaterThan(two.predict([128, 64]));
    expect(fitPairwise(madeUpShapes(9, { value: () => 3 })).predict(new Array<number>(12).fill(500))).toBeCloseTo(3, 12);
  });

  it.each([
    ["predictors/bad-rows", [{ shape: [1], value: 1 }], {}],
    ["predictors/bad-rows", [{ shape: [1], value: 1 }, { shape: [1, 2], value: 1 }], {}],
    ["predictors/bad-rows", [{ shape: [], value: 1 }, { shape: [], value: 1 }], {}],
    ["predictors/bad-rows", [{ shape: [1], value: 1 }, { shape: [2], value: Number.NaN }], {}],
    ["predictors/bad-rows", [{ shape: [1], value: 1 }, { shape: [2], value: 0 }], {}],
    ["predictors/bad-shape", [{ shape: [1], value: 1 }, { shape: [-2], value: 2 }], {}],
    ["predictors/bad-option", [{ shape: [1], value: 1 }, { shape: [2], value: 2 }], { degree: 0 }],
    ["predictors/bad-option", [{ shape: [1], value: 1 }, { shape: [2], value: 2 }], { target: "log" as "logarithm" }],
    ["predictors/bad-option", [{ shape: [1], value: 1 }, { shape: [2], value: 2 }], { prior: { shared: 2 } }],
  ])("refuses with %s: %j %j", (code, rows, options) => {
    expect(() => fitPairwise(rows, options)).toThrow(expect.objectContaining({ code }));
  });
});

describe("a pairwise predictor", () => {
  const predictor = fitPairwise(madeUpShapes(200, { layers: 3, value: madeUpLoss }));

  it("says how far a shape lies outside its training range", () => {
    expect(predictor.distance([120, 768, 500])).toBe(0);
    expect(predictor.distance([120, 768 * 1.25, 700])).toBeCloseTo(0.25, 12);
    expect(predictor.distance([120 - 76.8, 768, 800])).toBeCloseTo(0.1, 12);
  });

  it.each([[[120, 120]], [[120, 120, 0]], [[120, 120, Number.NaN]]])("refuses the shape %j", (shape) => {
    expect(() => predictor.predict(shape)).toThrow(expect.objectContaining({ code: "predictors/bad-shape" }));
    expect(() => predictor.distance(shape)).toThrow(expect.objectContaining({ code: "predictors/bad-shape" }));
  });
});

const data = join(process.env["BORT_DATA"] ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url)), "nas/supershaper");
const rowsOf = (file: string, field: string): MeasuredShape[] => readFileSync(join(data, file), "utf8").trim().split("\n").map((line) => {
  const row = JSON.parse(line) as { readonly shape: readonly number[] } & Readonly<Record<string, number>>;
  return { shape: row.shape, value: row[field]! };
});

describe.skipIf(!existsSync(data))("on SuperShaper's measurements (skipped where BORT_DATA is not there)", () => {
  it.each([[20, 0.94, 0.85], [100, 0.98, 0.97], [400, 0.985, 0.98]])("ranks held-out shapes from %i of known perplexity", (count, spearman, rSquared) => {
    const rows = random(7).shuffle(rowsOf("perplexity.jsonl", "perplexity"));
    const found = quality(fitPairwise(rows.slice(0, count)), rows.slice(400));
    expect(found.spearman).toBeGreaterThan(spearman);
    expect(found.rSquared).toBeGreaterThan(rSquared);
  });

  it("predicts latencies on a GPU", () => {
    const rows = random(7).shuffle(rowsOf("latency-gtx1080ti-bs128.jsonl", "latency"));
    expect(new Set(rows.flatMap(({ shape }) => shape)).size).toBe(widths.length);
    expect(quality(fitPairwise(rows.slice(0, 400), { target: "value" }), rows.slice(1400)).rSquared).toBeGreaterThan(0.993);
  });
});
