import { type HeldOutScores } from "../regret/held-out-scores.js";
import { type MeasuredErrors } from "../regret/measure-errors.js";
import { regretFindings } from "../regret/regret-findings.js";
import { regretSettings } from "../regret/regret-settings.js";
import { renderReport } from "../report/report.js";
import { describe, expect, it } from "vitest";
import { command } from "./regret.js";
import { type RegretResult, regretReport, regretText } from "./regret-report.js";

const scores = (errors: readonly number[]): HeldOutScores[] => errors.map((error) => ({ error, loss: error - 0.2, accuracy: 1 / error }));
const full = { error: 3, loss: 2.8, accuracy: 0.3, curve: [[0, 6], [8, 3], [10, 2.8]], seconds: 1 } as const;
const measured: MeasuredErrors = {
  table: {
    maximumPoint: { parameters: 100, latencyMs: 100 },
    points: [10, 20, 30, 40, 50, 60, 70, 80].map((parameters, i) => ({ arch: [i + 1, 1, 8, 8], parameters, latencyMs: 10 + i })),
    surrogates: [{ steps: 3, seed: 0, errors: [6, 5, 6.2, 6, 5.5, 5.4, 5, 5.1] }],
    converged: [{ seed: 0, scores: scores([4, 3.4, 3.3, 2, 3.1, 3, 2.9, 2.8]) }],
  },
  teacher: { error: 2, loss: 2.5, accuracy: 0.4 },
  curves: [[[0, 6], [8, 3], [10, 2.75]], [[0, 6], [6, 3.1], [10, 2.8]]],
  longer: [{ arch: [1, 1, 8, 8], once: full, twice: { ...full, error: 2.9 } }, { arch: [2, 1, 8, 8], once: { ...full, error: 3.2 }, twice: { ...full, error: 3 } }],
};
const machine = { processor: "a processor", cores: 2, memoryBytes: 1, platform: "linux", node: "20.20.2", date: "2026-01-01" };
const result: RegretResult = { machine, engine: "onnx", version: "1", threads: 1, settings: regretSettings, ...regretFindings(measured) };

describe("the report of regrets", () => {
  it("tells how flat training ended", () => {
    expect(result.flatness.lastFifth).toBeCloseTo((0.25 + 0.3) / 2, 12); // From the last evaluation in the first four fifths.
    expect(result.flatness.twice).toBeCloseTo(0.15, 12);
    expect(regretText(result)).toContain("the last fifth of the steps took 0.275 from the loss; twice the steps 0.150 from the error, with a rank correlation of 1.00");
  });

  it("has a row for each source of errors, and both maximum points", () => {
    const text = regretText(result);
    expect(text).toMatch(/below the teacher\nbest <4,1,8,8>, W 0\.261, its loss 0\.000 above the lowest; .* by a factor of 4\.88, the error by 2\.00/);
    expect(text).toContain("below the largest point");
    expect(text).toMatch(/no training +22\.4% \/ 22\.4%/); // The smallest: W is 0.81 / 4 there.
    expect(text).toMatch(/in full +0\.0% \/ 0\.0%/);
  });

  it("is a page with the points, their curves and what a few steps say of W", () => {
    const page = renderReport(regretReport(result));
    expect(page.match(/<svg/g)!.length).toBeGreaterThanOrEqual(5);
    expect(page).toContain("W after full training against W after 3 steps");
  });
});

it("refuses to begin without text", async () => {
  await expect(command.run([], {})).rejects.toMatchObject({ code: "bench/bad-option" });
});
