import { describe, expect, it } from "vitest";
import { madeUpTable } from "./made-up-table.js";
import { regretAmong, studyPredictors } from "./study-predictors.js";
import { type Subject } from "./subjects.js";

const subject = (name: string, value: (measured: number) => number): Subject =>
  ({ name, predictions: async ({ rows }, splits) => splits.map(() => rows.map((row) => value(row.value))) });
const options = { sizes: [10, 20], draws: 2, folds: 3 };

describe("studyPredictors", () => {
  const table = madeUpTable(60, "perplexity");

  it("scores who knows, who ranks alone and who has it the wrong way round", async () => {
    const { scores } = await studyPredictors(table, [subject("oracle", (value) => value), subject("ranks", Math.exp), subject("wrong", (value) => -value)], options);
    const score = (name: string): (typeof scores)[number] => scores.find((each) => each.subject === name && each.size === 20)!;
    expect(scores.map(({ size }) => size)).toEqual([10, 20, 10, 20, 10, 20]);
    expect(score("oracle")).toMatchObject({ spearman: { mean: expect.closeTo(1, 9) }, rSquared: { mean: 1 }, regret: { test: { mean: 0 }, table: { mean: 0 } } });
    expect(score("ranks")).toMatchObject({ spearman: { mean: expect.closeTo(1, 9) }, regret: { table: { mean: 0 } } });
    expect(score("ranks").rSquared.mean).toBeLessThan(0);
    expect(score("wrong").spearman.mean).toBeCloseTo(-1, 9);
    expect(score("wrong").regret.table.mean).toBeGreaterThan(0.1);
  });

  it("calibrates on every row once, at the largest size", async () => {
    const { heldOut } = await studyPredictors(table, [subject("double", (value) => 2 * value)], options);
    expect(heldOut[0]!.points).toHaveLength(60);
    expect(heldOut[0]!.calibration).toHaveLength(10);
    for (const { predicted, measured } of heldOut[0]!.calibration) expect(predicted).toBeCloseTo(2 * measured, 9);
  });

  it("says of latencies how much the parameters tell", async () => {
    expect((await studyPredictors(madeUpTable(60, "latency"), [], options)).parametersImportance!.total).toBeGreaterThan(0.9);
    expect(await studyPredictors(table, [], options)).not.toHaveProperty("parametersImportance");
  });
});

describe("regretAmong", () => {
  it("is the mean over four budgets of parameters", () => {
    const rows = [[5, 10], [4, 20], [3, 30], [2, 40]].map(([value, parameters]) => ({ shape: [], value: value!, parameters: parameters! }));
    // Within 1, 2, 3 and 4 rows the picks are 0, 0, 2 and 2, of values 5, 5, 3, 3 against 5, 4, 3, 2.
    expect(regretAmong([3, 1, 0, 2], rows, [2, 3, 1, 4])).toBeCloseTo((0 + 0.25 + 0 + 0.5) / 4, 12);
  });
});
