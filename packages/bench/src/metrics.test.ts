import { describe, expect, it } from "vitest";
import { accuracy, computeMetrics, majorityBaseline, majorityClass, matthewsCorrelation } from "./metrics.js";

/** accuracy_score(gold, predicted) and matthews_corrcoef(gold, predicted) of scikit-learn 1.9.1. */
const scikitLearn = [
  { predicted: [1, 0, 1, 1, 0, 1, 0, 0], gold: [1, 0, 0, 1, 0, 1, 1, 0], accuracy: 0.75, matthews: 0.5 },
  { predicted: [0, 1, 2, 2, 1, 0, 0, 2, 1, 1], gold: [0, 1, 2, 1, 1, 0, 2, 2, 0, 1], accuracy: 0.7, matthews: 0.5454545454545454 },
  { predicted: [3, 3, 7, 7, 9, 9, 3], gold: [3, 7, 7, 7, 9, 3, 9], accuracy: 0.5714285714285714, matthews: 0.375 },
  { predicted: [0, 0, 0, 1, 1, 0, 0, 0, 0, 0], gold: [0, 0, 0, 1, 0, 0, 1, 0, 0, 0], accuracy: 0.8, matthews: 0.375 },
  { predicted: [0, 1, 0, 1], gold: [1, 0, 1, 0], accuracy: 0, matthews: -1 },
  { predicted: [0, 1, 2, 3], gold: [0, 0, 1, 1], accuracy: 0.25, matthews: 0 },
  { predicted: [1, 1, 1, 1], gold: [1, 0, 1, 0], accuracy: 0.5, matthews: 0 },
  { predicted: [5, 5, 5], gold: [5, 5, 5], accuracy: 1, matthews: 0 },
];

describe("metrics", () => {
  it.each(scikitLearn)("equal scikit-learn's for $predicted against $gold", ({ predicted, gold, ...expected }) => {
    expect(accuracy(predicted, gold)).toBeCloseTo(expected.accuracy, 12);
    expect(matthewsCorrelation(predicted, gold)).toBeCloseTo(expected.matthews, 12);
    expect(matthewsCorrelation(gold, predicted)).toBeCloseTo(expected.matthews, 12);
  });

  it("give 1 for a perfect prediction", () => {
    const labels = Int32Array.of(4, 0, 2, 2, 1);
    expect(computeMetrics(["matthews", "accuracy"], labels, labels)).toEqual({ matthews: 1, accuracy: 1 });
  });

  it("do not depend on how classes are numbered", () => {
    const { predicted, gold, matthews } = scikitLearn[1]!;
    const renumber = (labels: number[]) => labels.map((label) => [70, -5, 9][label]!);
    expect(matthewsCorrelation(renumber(predicted), renumber(gold))).toBeCloseTo(matthews, 12);
  });

  it("stay exact over a million examples", () => {
    const gold = Uint8Array.from({ length: 1_000_000 }, (_, i) => i % 2);
    const predicted = gold.map((label, i) => (i % 4 < 2 ? 1 - label : label));
    expect(accuracy(predicted, gold)).toBe(0.5);
    expect(matthewsCorrelation(predicted, gold)).toBe(0);
  });

  it("compute only what is asked for, in that order", () => {
    expect(Object.keys(computeMetrics(["matthews", "accuracy"], [1, 0], [1, 1]))).toEqual(["matthews", "accuracy"]);
    expect(computeMetrics([], [1], [1])).toEqual({});
  });

  it.each([
    ["bench/lengths-differ", [1], [1, 0]],
    ["bench/no-examples", [], []],
    ["bench/bad-label", [Number.NaN], [1]],
    ["bench/bad-label", [1], [0.5]],
  ])("refuse with %s", (code, predicted, gold) => {
    expect(() => accuracy(predicted, gold)).toThrow(expect.objectContaining({ code }));
    expect(() => matthewsCorrelation(predicted, gold)).toThrow(expect.objectContaining({ code }));
  });

  it("refuse an unknown name, an inherited one too", () => {
    for (const name of ["f1", "toString"]) {
      expect(() => computeMetrics([name as "accuracy"], [1], [1])).toThrow(expect.objectContaining({ code: "bench/unknown-metric" }));
    }
  });
});

describe("the majority baseline", () => {
  it("is the most frequent class, the smallest of several", () => {
    expect(majorityClass([2, 1, 2, 1, 0])).toBe(1);
    expect(majorityClass([3, 3, 0])).toBe(3);
    expect(() => majorityClass([])).toThrow(expect.objectContaining({ code: "bench/no-examples" }));
  });

  it("scores that class everywhere", () => {
    expect(majorityBaseline(["accuracy", "matthews"], [1, 1, 0, 1])).toEqual({ accuracy: 0.75, matthews: 0 });
  });

  it("takes its answer from the training labels where given", () => {
    expect(majorityBaseline(["accuracy"], [1, 1, 0, 1], [0, 0, 1])).toEqual({ accuracy: 0.25 });
  });
});
