import { describe, expect, it } from "vitest";
import { type MeanSpread } from "../mean-spread.js";
import { type PickRegret, analyzeRegret } from "./analyze-regret.js";
import { type ErrorTable } from "./error-table.js";
import { type HeldOutScores } from "./held-out-scores.js";

const scoresOf = (errors: readonly number[]): HeldOutScores[] => errors.map((error, i) => ({ error, loss: [4, 3, 2.5, 2][i]!, accuracy: 0.5 }));

/** (p(T) - p)(i(T) - i) / (p(T) i(T)) is 0.81, 0.72, 0.63, 0.54, and W after full training 0.81, 1.44, 1.26, 1.35. */
const table: ErrorTable = {
  maximumPoint: { parameters: 100, latencyMs: 100 },
  points: [10, 20, 30, 40].map((parameters, i) => ({ arch: [i + 1, 1, 8, 8], parameters, latencyMs: 10 })),
  surrogates: [{ steps: 3, seed: 0, errors: [1, 1, 0.5, 1] }, { steps: 3, seed: 1, errors: [1, 0.2, 1, 1] }],
  converged: [{ seed: 0, scores: scoresOf([1.1, 0.4, 0.6, 0.4]) }, { seed: 1, scores: scoresOf([0.9, 0.6, 0.4, 0.4]) }],
};

const analysis = analyzeRegret(table, { epsilons: [1, 2], shuffles: 500 });
const pick = (source: string, epsilon: number): PickRegret => analysis.picks.find((each) => each.source === source && each.epsilon === epsilon)!;

function expectSpread({ mean, least, most }: MeanSpread, [expectedMean, expectedLeast, expectedMost]: readonly [number, number, number]): void {
  expect(mean).toBeCloseTo(expectedMean, 12);
  expect(least).toBeCloseTo(expectedLeast, 12);
  expect(most).toBeCloseTo(expectedMost, 12);
}

describe("analyzeRegret, by hand", () => {
  it("finds the best point by the mean of the errors after full training", () => {
    expect(analysis.best.point).toBe(1);
    expect(analysis.best.w).toBeCloseTo(1.44, 12);
    expect(analysis.best.lossAboveLowest).toBe(1);
    expect(analysis.ratios.sizeAndLatency).toBeCloseTo(1.5, 12);
    expect(analysis.ratios.error).toBeCloseTo(2.5, 12);
  });

  it("has no regret where everything is trained in full, and none but that of the stride at epsilon 2", () => {
    expectSpread(pick("in full", 1).fptas.w, [0, 0, 0]);
    // Offset 0 tries the first and the third: (1.44 - 1.26) / 1.44. Offset 1 tries the best.
    expectSpread(pick("in full", 2).fptas.w, [0.0625, 0, 0.125]);
  });

  it("takes the smallest without any error", () => {
    expectSpread(pick("no training", 1).fptas.w, [0.4375, 0.4375, 0.4375]); // (1.44 - 0.81) / 1.44
    expectSpread(pick("no training", 1).fptas.loss, [1, 1, 1]);
  });

  it("counts every seed and offset of a surrogate", () => {
    // Seed 0 picks the third, at both offsets of its own: at offset 1 the second, 0.72 against 0.54. Seed 1 picks the second, at offset 0 the first.
    expectSpread(pick("n = 3", 1).fptas.w, [0.0625, 0, 0.125]);
    expectSpread(pick("n = 3", 1).fptas.loss, [-0.25, -0.5, 0]);
    expectSpread(pick("n = 3", 2).fptas.w, [(0.125 + 0 + 0.4375 + 0) / 4, 0, 0.4375]);
    expect(pick("n = 3", 2).trials).toEqual({ mean: 2, least: 2, most: 2 });
  });

  it("expects of random search what its draws give", () => {
    // Seed 0 ranks third, first, second, fourth: picked in 3, 2, 1, 0 of 6 pairs. Seed 1: second, first, third, fourth.
    const [first, second] = [(3 * 0.125 + 2 * 0.4375) / 6, (2 * 0.4375 + 0.125) / 6];
    expectSpread(pick("n = 3", 2).random.w, [(first + second) / 2, second, first]);
    expectSpread(pick("n = 3", 1).random.w, [0.0625, 0, 0.125]);
  });

  it("deals shuffled errors out to points without knowledge of them", () => {
    // Seed 0: the small error falls on each point alike; W is then 1.62, 1.44, 1.26, 1.08 there, above 0.81: regrets 0.4375, 0, 0.125, 0.0625. Seed 1 alike.
    const { mean, least, most } = pick("n = 3, shuffled", 1).fptas.w;
    expect(mean).toBeCloseTo(0.15625, 2);
    expect([least, most].map((regret) => regret.toFixed(4))).toEqual(["0.0000", "0.4375"]);
  });

  it("correlates ranks with the truth, and the seeds of the truth with each other", () => {
    const of = (source: string): number => analysis.correlations.find((each) => each.source === source)!.w.mean;
    // W of no training ranks 4 3 2 1, the truth 1 4 2 3: 1 - 6 (9 + 1 + 0 + 4) / 60.
    expect(of("no training")).toBeCloseTo(-0.4, 12);
    expect(of("in full")).toBeCloseTo(1, 12);
    expect(analysis.correlations.find(({ source }) => source === "no training")!.error.mean).toBeNaN();
    // W 0.736, 1.8, 1.05, 1.35 and 0.9, 1.2, 1.575, 1.35: ranks 1 4 2 3 and 1 2 4 3.
    expect(analysis.truth!.w.mean).toBeCloseTo(1 - (6 * 8) / 60, 12);
  });
});

it("scores against another maximum point where one is given", () => {
  const { best, picks } = analyzeRegret(table, { epsilons: [1], maximumPoint: { parameters: 40, latencyMs: 20 } });
  // W: 0.75 / 2, 0.5, 0.25, 0 over the errors 1, 0.5, 0.5, 0.4.
  expect(best.point).toBe(1);
  expect(best.w).toBeCloseTo(0.5, 12);
  expect(picks.find(({ source }) => source === "no training")!.fptas.w.mean).toBeCloseTo(0.25, 12);
});
