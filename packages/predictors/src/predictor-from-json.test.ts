import { describe, expect, it } from "vitest";
import { fitPredictor, type PredictorKind } from "./fit-predictor.js";
import { madeUpLoss, madeUpShapes } from "./made-up-shapes.js";
import { predictorFromJson } from "./predictor-from-json.js";

const rows = madeUpShapes(30, { layers: 3, value: madeUpLoss });
const models = (["pairwise", "trees", "linear"] as const).map((kind) => fitPredictor<PredictorKind>(rows, kind === "trees" ? { kind, trees: 3 } : { kind }).toJSON());

/** Every copy of a value with one part of it replaced by `wrong`. */
function* damaged(value: unknown, wrong: unknown): Generator<unknown> {
  yield wrong;
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) for (const part of damaged(value[i], wrong)) yield value.with(i, part);
  else if (typeof value === "object" && value !== null) for (const [key, field] of Object.entries(value)) for (const part of damaged(field, wrong)) yield { ...value, [key]: part };
}

describe.each(models.map((model) => [model.kind, model] as const))("the JSON of kind %s", (_, model) => {
  it("is refused with any part of another type, unless predictions do not read that part", () => {
    const refused = { code: "predictors/bad-json" };
    for (const json of damaged(model, "wrong")) {
      const { penalty, leaveOneOutError } = (json ?? {}) as { readonly penalty?: unknown; readonly leaveOneOutError?: unknown };
      if (penalty === "wrong" || leaveOneOutError === "wrong") continue;
      expect(() => predictorFromJson(json)).toThrow(expect.objectContaining(refused));
    }
  });
});

it.each([undefined, null, 1, [], {}, { kind: "forest" }, { kind: "pairwise" }, { kind: "trees", base: 1, features: 1, trees: [] }])("%j is no predictor's JSON", (json) => {
  expect(() => predictorFromJson(json)).toThrow(expect.objectContaining({ code: "predictors/bad-json" }));
});

it("a tree that asks for a feature that there is not is refused", () => {
  const [, trees] = models;
  const split = { feature: 3, threshold: 1, gain: 1, left: { value: 0 }, right: { value: 1 } };
  expect(() => predictorFromJson({ ...trees, trees: [split] })).toThrow(expect.objectContaining({ code: "predictors/bad-json" }));
});
