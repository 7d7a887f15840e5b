import { describe, expect, it } from "vitest";
import { accuracy, matthewsCorrelation } from "../metrics.js";
import { f1Score, macroF1 } from "./f1-score.js";
import { golden } from "./test-metrics.js";

describe("f1Score and macroF1", () => {
  it.each(golden.classes.map((each, i) => [i, each] as const))("equal scikit-learn's, as accuracy and Matthews do: case %i", (_, { predicted, gold, classes, ...expected }) => {
    expected.f1.forEach((f1, positive) => expect(f1Score(predicted, gold, positive)).toBeCloseTo(f1, 12));
    expect(macroF1(predicted, gold, classes)).toBeCloseTo(expected.macroF1, 12);
    expect(accuracy(predicted, gold)).toBeCloseTo(expected.accuracy, 12);
    expect(matthewsCorrelation(predicted, gold)).toBeCloseTo(expected.matthews, 12);
  });

  it("do not change where predictions and truth change places", () => {
    for (const { predicted, gold, classes } of golden.classes) expect(macroF1(gold, predicted, classes)).toBe(macroF1(predicted, gold, classes));
  });

  it.each([["bench/lengths-differ", [1], [1, 0]], ["bench/no-examples", [], []], ["bench/bad-label", [1.5], [1]]])("refuse with %s", (code, predicted, gold) => {
    expect(() => f1Score(predicted, gold, 1)).toThrow(expect.objectContaining({ code }));
    expect(() => macroF1(predicted, gold, 2)).toThrow(expect.objectContaining({ code }));
  });
});
