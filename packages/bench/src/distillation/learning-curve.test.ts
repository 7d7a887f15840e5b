import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { type LearningCurve, smoothAccuracy, stepsToReach, valueAt } from "./learning-curve.js";

const curveOf = (...accuracies: number[]): LearningCurve => accuracies.map((accuracy, i) => ({ step: 10 * i, loss: 1, accuracy }));

describe("smoothAccuracy", () => {
  it("is the mean of the last evaluations, of fewer at the start", () => {
    expect(smoothAccuracy(curveOf(0, 0.25, 0.5, 0, 0.25), 3)).toEqual([[0, 0], [10, 0.125], [20, 0.25], [30, 0.25], [40, 0.25]]);
    expect(smoothAccuracy(curveOf(0.5, 0, 1), 1)).toEqual([[0, 0.5], [10, 0], [20, 1]]);
  });
});

describe("stepsToReach", () => {
  it("is where the line between two evaluations crosses the value, for the first time", () => {
    expect(stepsToReach([[0, 0], [10, 0.2], [20, 0.1], [30, 0.4]], 0.15)).toBeCloseTo(7.5, 12);
    expect(stepsToReach([[0, 0], [10, 0.2], [20, 0.1], [30, 0.4]], 0.25)).toBeCloseTo(25, 12);
  });

  it("is an evaluation's step where that has the value, the first's where it is above, and nothing where none is", () => {
    expect(stepsToReach([[0, 0], [10, 0.2], [20, 0.2]], 0.2)).toBe(10);
    expect(stepsToReach([[0, 0.3], [10, 0.4]], 0.2)).toBe(0);
    expect(stepsToReach([[0, 0.3], [10, 0.4]], 0.41)).toBeUndefined();
  });

  it("finds the step of any value of a rising curve", () => {
    const rng = random(1, "curve");
    let height = 0;
    const curve = Array.from({ length: 20 }, (_, i) => [7 * i, (height += 0.01 + rng.uniform())] as const);
    for (let i = 0; i < 50; i++) {
      const step = 133 * rng.uniform();
      expect(stepsToReach(curve, valueAt(curve, step))).toBeCloseTo(step, 9);
    }
  });
});
