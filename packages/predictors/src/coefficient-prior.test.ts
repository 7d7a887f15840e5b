import { describe, expect, it } from "vitest";
import { coefficientPrior, priorFactor } from "./coefficient-prior.js";

describe("priorFactor", () => {
  it.each([[5, 1], [12, 3], [1, 2]])("is a square root of the covariance of %i layers at degree %i", (places, degree) => {
    const prior = coefficientPrior({ shared: 0.6, correlation: 0.5, decay: 0.2 });
    const factor = priorFactor(places, prior, degree);
    for (let i = 0; i < places; i++) {
      for (let j = 0; j < places; j++) {
        const covariance = factor[i]!.reduce((sum, value, k) => sum + value * factor[k]![j]!, 0);
        expect(covariance / 0.2 ** (2 * (degree - 1))).toBeCloseTo(0.6 + 0.4 * 0.5 ** Math.abs(i - j), 12);
      }
    }
  });

  it("has nothing of a layer's own where all is shared", () => {
    const factor = priorFactor(3, coefficientPrior({ shared: 1 }), 1);
    expect(factor.flatMap((row) => [...row])).toEqual(Array.from({ length: 9 }, () => expect.closeTo(1 / Math.sqrt(3), 7)));
  });
});

it.each([{ shared: -0.1 }, { shared: 1.1 }, { correlation: 1 }, { correlation: Number.NaN }, { decay: 0 }, { decay: Infinity }])("a prior of %j is refused", (given) => {
  expect(() => coefficientPrior(given)).toThrow(expect.objectContaining({ code: "predictors/bad-option" }));
});
