import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FEATURE_PLACES, hashedFeatures } from "./hashed-features.js";
import { logisticRegression, logOdds } from "./logistic-regression.js";

interface Example {
  readonly text: string;
  readonly pair?: string;
  readonly isSecond: boolean;
}

const { training, testing } = JSON.parse(readFileSync(new URL("../test-fixtures/two-sample.json", import.meta.url), "utf8")) as {
  readonly training: readonly Example[];
  readonly testing: readonly (Example & { readonly score: number })[];
};

describe("logisticRegression", () => {
  it("gives the log-odds that scikit-learn does, on the features that it was given by other means", () => {
    const weights = logisticRegression(training.map(hashedFeatures), training.map(({ isSecond }) => isSecond), FEATURE_PLACES);
    for (const example of testing) expect(Math.abs(logOdds(weights, hashedFeatures(example)) - example.score)).toBeLessThan(1e-3);
  });

  it("is at the minimum: weights are what their examples pull them to", () => {
    const rows = [[0, 1], [0, 2], [0], [1, 2, 3]].map((places) => Int32Array.from(places));
    const classes = [true, false, true, false];
    const weights = logisticRegression(rows, classes, 5);
    const pulls = rows.map((row, i) => (classes[i]! ? 1 : 0) - 1 / (1 + Math.exp(-logOdds(weights, row))));
    for (let place = 0; place < 5; place++) {
      const pull = rows.reduce((sum, row, i) => sum + (row.includes(place) ? pulls[i]! / Math.sqrt(row.length) : 0), 0);
      expect(weights[place]).toBeCloseTo(pull, 2);
    }
    expect(weights[4]).toBe(0);
  });

  it("turns its weights round where the classes are exchanged", () => {
    const rows = training.map(hashedFeatures);
    const weights = logisticRegression(rows, training.map(({ isSecond }) => isSecond), FEATURE_PLACES);
    expect(logisticRegression(rows, training.map(({ isSecond }) => !isSecond), FEATURE_PLACES)).toEqual(weights.map((weight) => 0 - weight));
  });
});
