import { describe, expect, it } from "vitest";
import { agreement } from "./agreement.js";
import { fitPredictor, type PredictorKind } from "./fit-predictor.js";
import { madeUpLoss, madeUpShapes } from "./made-up-shapes.js";
import { predictorFromJson } from "./predictor-from-json.js";
import { rangeWarning } from "./range-warning.js";
import { type ShapeFeatures } from "./shape-features.js";

const rows = madeUpShapes(150, { layers: 5, value: madeUpLoss });
const fresh = madeUpShapes(100, { layers: 5, seed: 1, value: madeUpLoss });
const parameters: ShapeFeatures = (shape) => [shape.reduce((sum, width) => sum + width, 0)];
const kinds = ["pairwise", "trees", "linear"] as const;

describe.each(kinds)("fitPredictor of kind %s", (kind) => {
  const predictor = fitPredictor<PredictorKind>(rows, { kind });

  it("predicts shapes that it has not seen", () => {
    expect(agreement(fresh.map(({ shape }) => predictor.predict(shape)), fresh.map(({ value }) => value)).spearman).toBeGreaterThan(0.75);
  });

  it("is the same once saved and read", () => {
    const read = predictorFromJson(JSON.parse(JSON.stringify(predictor)));
    for (const { shape } of fresh) expect(read.predict(shape)).toBe(predictor.predict(shape));
    expect(read.distance([1, 120, 120, 120, 120])).toBe(predictor.distance([1, 120, 120, 120, 120]));
  });

  it("warns outside its training range alone, and still answers", () => {
    expect(rangeWarning(predictor, fresh[0]!.shape)).toBeUndefined();
    const outside = [120, 120, 960, 120, 120];
    expect(rangeWarning(predictor, outside)).toMatch(/outside its training range: a width of 120,120,960,120,120 lies 25\.0% of the largest width/);
    expect(predictor.predict(outside)).toBeGreaterThan(0);
  });

  it("refuses shapes of another length", () => {
    expect(() => predictor.predict([120])).toThrow(expect.objectContaining({ code: "predictors/bad-shape" }));
    expect(() => predictor.distance([120])).toThrow(expect.objectContaining({ code: "predictors/bad-shape" }));
  });

  it("refuses rows of several lengths", () => {
    expect(() => fitPredictor<PredictorKind>([...rows, { shape: [120], value: 1 }], { kind })).toThrow(expect.objectContaining({ code: "predictors/bad-rows" }));
  });
});

describe.each(["trees", "linear"] as const)("features beside the widths of kind %s", (kind) => {
  const counted = rows.map(({ shape }) => ({ shape, value: parameters(shape)[0]! }));
  const predictor = fitPredictor<"trees" | "linear">(counted, { kind, features: parameters });

  it("are learnt from", () => {
    expect(agreement(fresh.map(({ shape }) => predictor.predict(shape)), fresh.map(({ shape }) => parameters(shape)[0]!)).rSquared).toBeGreaterThan(0.97);
  });

  it("are needed again once saved", () => {
    const { shape } = fresh[0]!;
    expect(predictorFromJson(predictor.toJSON(), { features: parameters }).predict(shape)).toBe(predictor.predict(shape));
    expect(() => predictorFromJson(predictor.toJSON()).predict(shape)).toThrow(expect.objectContaining({ code: "predictors/lengths-differ" }));
  });

  it("must be as many for every shape", () => {
    const uneven: ShapeFeatures = ([first]) => (first === 120 ? [1] : [1, 2]);
    expect(() => fitPredictor<"trees" | "linear">(rows, { kind, features: uneven })).toThrow(expect.objectContaining({ code: "predictors/bad-rows" }));
  });

  it("must be finite", () => {
    expect(() => fitPredictor<"trees" | "linear">(rows, { kind, features: () => [Number.NaN] })).toThrow(expect.objectContaining({ code: "predictors/bad-values" }));
  });
});

it("trees say how much each width and feature gains", () => {
  const counted = rows.map(({ shape }) => ({ shape, value: parameters(shape)[0]! }));
  const shares = fitPredictor(counted, { kind: "trees", trees: 100, features: parameters }).importance();
  expect(shares).toHaveLength(6);
  expect(shares[5]).toBeGreaterThan(0.9);
});

it("a kind that there is not is refused", () => {
  expect(() => fitPredictor(rows, { kind: "forest" as "trees" })).toThrow(expect.objectContaining({ code: "predictors/bad-option" }));
});
