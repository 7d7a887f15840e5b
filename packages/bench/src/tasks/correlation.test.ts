import { averageRanks } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { pearsonCorrelation, spearmanCorrelation } from "./correlation.js";
import { golden } from "./test-metrics.js";

const defined = golden.values.filter(({ pearson }) => pearson !== null);
const undefinedThere = golden.values.filter(({ pearson }) => pearson === null);

describe("correlations", () => {
  it.each(defined.map((each, i) => [i, each] as const))("equal scipy's: case %i", (_, { predicted, gold, ranks, pearson, spearman }) => {
    expect([...averageRanks(gold)]).toEqual(ranks);
    expect(pearsonCorrelation(predicted, gold)).toBeCloseTo(pearson!, 9);
    expect(spearmanCorrelation(predicted, gold)).toBeCloseTo(spearman!, 12);
  });

  it("do not depend on scale and shift, Spearman's on no rising function", () => {
    const { predicted, gold, pearson, spearman } = defined[0]!;
    expect(pearsonCorrelation(predicted.map((value) => 7 - 3 * value), gold)).toBeCloseTo(-pearson!, 12);
    expect(spearmanCorrelation(predicted.map((value) => Math.exp(5 * value)), gold)).toBeCloseTo(spearman!, 12);
  });

  it("say so where scipy has no number, since all predictions or all true values are equal", () => {
    expect(undefinedThere).toHaveLength(2);
    for (const { predicted, gold } of [...undefinedThere, { predicted: [1], gold: [2] }]) {
      for (const correlation of [pearsonCorrelation, spearmanCorrelation]) {
        expect(() => correlation(predicted, gold)).toThrow(expect.objectContaining({ code: "bench/undefined-metric" }));
      }
    }
  });

  it.each([["bench/lengths-differ", [1], [1, 0]], ["bench/no-examples", [], []], ["bench/bad-label", [Number.NaN, 1], [1, 2]]])("refuse with %s", (code, predicted, gold) => {
    for (const correlation of [pearsonCorrelation, spearmanCorrelation]) expect(() => correlation(predicted, gold)).toThrow(expect.objectContaining({ code }));
  });
});
