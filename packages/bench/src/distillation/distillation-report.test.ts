import { describe, expect, it } from "vitest";
import { renderReport } from "../report/report.js";
import { consoleTable } from "../terminal/console-table.js";
import { compareArms } from "./compare-arms.js";
import { type DistillationResult, distillationReport, findings, stepsTable } from "./distillation-report.js";
import { distillationSetting } from "./distillation-study.js";
import { type LearningCurve } from "./learning-curve.js";

/** A run that gains `rate` of accuracy in every ten steps. */
const curve = (rate: number): LearningCurve => Array.from({ length: 11 }, (_, i) => ({ step: 10 * i, loss: 6 - i * rate, accuracy: i * rate }));
const spread = (median: number): DistillationResult["times"]["running"] => ({ median, least: median, most: median });

function resultOf(distilledRates: readonly number[]): DistillationResult {
  const pairs = distilledRates.map((rate, seed) => ({ seed, selfSupervised: curve(0.02), distilled: curve(rate) }));
  return {
    machine: { processor: "a processor", cores: 2, memoryBytes: 1, platform: "linux x64", node: "20.20.2", date: "2026-11-21" },
    setting: distillationSetting, tokens: { train: 1000, validation: 100, measured: 10 }, parameters: { student: 10, teacher: 20 },
    teacher: { step: 400, loss: 2.5, accuracy: 0.5, seconds: 60 }, learningRate: 0.002, tried: [{ learningRate: 0.002, accuracy: 0.2 }], pairs,
    comparison: compareArms(pairs, { window: 1 }),
    times: { selfSupervised: spread(20), running: spread(50), cached: spread(22), caching: 30, topK: 64 },
  };
}

const toTheEnd = "steps to the self-supervised accuracy at the end, distilled over self-supervised";

describe("findings", () => {
  it("give ratios of steps and of time", () => {
    const text = findings(resultOf([0.04, 0.04])).join("\n");
    expect(text).toContain(`${toTheEnd}: 0.500 (95% interval 0.500 to 0.500); in time 1.250 with the teacher running, 0.550 cached`);
    expect(text).toContain("accuracy 20.00% (95% interval 20.00% to 20.00%) self-supervised, 40.00%");
  });

  it("say which students did not get there, and that one seed has no interval", () => {
    expect(findings(resultOf([0.04, 0.01, 0.015]))).toContain(`${toTheEnd}: not reached by the distilled students of seeds 1, 2`);
    expect(findings(resultOf([0.04]))).toContain(`${toTheEnd}: 0.500, of one seed`);
  });
});

it("shows each seed in a table, and a dash where there is nothing", () => {
  const table = consoleTable(stepsTable(resultOf([0.04, 0.015]).comparison));
  expect(table).toMatch(/at the end +0 +20\.00% +100 +50 +0\.500/);
  expect(table).toMatch(/at the end +1 +20\.00% +100 +– +–/);
  expect(table).toMatch(/at 50% of the steps +1 +10\.00% +50 +67 +1\.333/);
});

it("draws accuracy and loss as one page", () => {
  const page = renderReport(distillationReport(resultOf([0.04, 0.03]), "native, 1 thread"));
  expect(page.match(/<svg/g)!.length).toBeGreaterThanOrEqual(2);
  expect(page).toContain("Validation accuracy, mean of 2 seeds");
});
