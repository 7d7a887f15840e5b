import { describe, expect, it } from "vitest";
import { compareArms } from "./compare-arms.js";
import { type LearningCurve } from "./learning-curve.js";

/** Evaluations every 10 steps to step 200 of a run whose accuracy is `accuracyAt(step)`. */
const curve = (accuracyAt: (step: number) => number): LearningCurve =>
  Array.from({ length: 21 }, (_, i) => ({ step: 10 * i, loss: 1, accuracy: accuracyAt(10 * i) }));
const slow = (step: number): number => 0.4 * (1 - Math.exp(-step / 100));

describe("compareArms", () => {
  it("finds the share of the steps that a run of `factor` the speed takes, at every threshold", () => {
    const factors = [1.25, 1.5, 2];
    const pairs = factors.map((factor, seed) => ({ seed, selfSupervised: curve(slow), distilled: curve((step) => slow(factor * step)) }));
    const { thresholds, end } = compareArms(pairs, { window: 1 });
    expect(thresholds.map(({ share }) => share)).toEqual([1, 0.5]);
    for (const { share, seeds, ratio } of thresholds) {
      expect(seeds.map((one) => one.ratio)).toEqual(factors.map((factor) => expect.closeTo(1 / factor, 2)));
      expect(seeds.map(({ selfSupervisedSteps }) => selfSupervisedSteps)).toEqual([200 * share, 200 * share, 200 * share]);
      expect(ratio!.mean).toBeCloseTo((0.8 + 2 / 3 + 0.5) / 3, 2);
      expect(ratio!.low).toBeLessThan(0.5);
    }
    expect(end.gain!.mean).toBeCloseTo(factors.reduce((sum, factor) => sum + slow(200 * factor) - slow(200), 0) / 3, 12);
    expect(end.selfSupervised).toEqual([slow(200), slow(200), slow(200)]);
  });

  it("says so where a run does not come that far, and gives no interval", () => {
    const pair = { seed: 7, selfSupervised: curve(slow), distilled: curve((step) => slow(0.6 * step)) };
    const { thresholds: [end, half] } = compareArms([pair, { ...pair, distilled: curve((step) => slow(2 * step)) }], { window: 1 });
    expect(end).toMatchObject({ seeds: [{ seed: 7, accuracy: slow(200), distilledSteps: null, ratio: null }, { ratio: expect.closeTo(0.5, 2) }], ratio: null });
    expect(half!.seeds[0]!.ratio).toBeCloseTo(1 / 0.6, 1);
    expect(half!.ratio!.count).toBe(2);
    expect(compareArms([pair]).end).toMatchObject({ gain: null, selfSupervisedMean: null });
  });

  it("is not led astray by one lucky evaluation", () => {
    const lucky = curve((step) => slow(step) + (step === 30 ? 0.3 : 0));
    const pairs = [{ seed: 0, selfSupervised: curve(slow), distilled: lucky }];
    const ratioAt = (window: number): number => compareArms(pairs, { window }).thresholds[0]!.seeds[0]!.ratio!;
    expect(ratioAt(1)).toBeLessThan(0.2);
    expect(ratioAt(3)).toBeGreaterThan(0.9);
  });
});
