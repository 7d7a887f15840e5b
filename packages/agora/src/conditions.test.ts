import { describe, expect, it } from "vitest";
import { binomialTail } from "./binomial-tail.js";
import { balanceCondition, binaryCondition, type ConditionStatus, representativeCondition, type RepresentativeOptions, socratesCondition } from "./conditions.js";
import { type TwoSampleResult } from "./two-sample-test.js";

it("Socrates must exceed two thirds, not reach them", () => {
  expect([0.6, 2 / 3, 0.667, 1].map((accuracy) => socratesCondition(accuracy).status)).toEqual(["violated", "violated", "holds", "holds"]);
});

it("a task must have two labels", () => {
  expect([1, 2, 3].map((labels) => binaryCondition(labels).status)).toEqual(["violated", "holds", "violated"]);
});

it("labels must be as frequent as each other, within the tolerance", () => {
  expect(balanceCondition("D", [50, 50])).toMatchObject({ name: "balanced D", status: "holds" });
  expect([[55, 45], [56, 44], [0, 10], [10, 10, 12]].map((counts) => balanceCondition("E", counts).status)).toEqual(["holds", "violated", "violated", "violated"]);
  expect(balanceCondition("E", [56, 44], 0.2).status).toBe("holds");
});

describe("E must be representative", () => {
  const of = (right: number, tested: number): TwoSampleResult =>
    ({ accuracy: tested === 0 ? 0.5 : right / tested, tested, pValue: binomialTail(right, tested, 0.5) });
  const statusOf = (right: number, tested: number, options?: RepresentativeOptions): ConditionStatus => representativeCondition(of(right, tested), options).status;

  it("claims only what a binomial test at its level shows", () => {
    expect([0, 500, 512].map((right) => statusOf(right, 1000))).toEqual(["holds", "holds", "holds"]);
    expect([513, 550, 587].map((right) => statusOf(right, 1000))).toEqual(["unchecked", "unchecked", "unchecked"]);
    expect([588, 1000].map((right) => statusOf(right, 1000))).toEqual(["violated", "violated"]);
    expect(statusOf(513, 1000, { level: 0.05 })).toBe("holds");
    expect(statusOf(550, 1000, { tolerance: 0.02 })).toBe("unchecked");
    expect(statusOf(550, 1000, { tolerance: 0.02, level: 0.05 })).toBe("violated");
  });

  it("says accuracy, number and p, and how many texts would tell", () => {
    expect(representativeCondition(of(620, 1000))).toEqual({
      name: "representative E", status: "violated", note: "a classifier told D from E in 62.0% of 1000 texts, p = 1.6e-14; at most 55.0% is allowed",
    });
    const { note } = representativeCondition(of(31, 60));
    expect(note).toMatch(/^a classifier told D from E in 51\.7% of 60 texts, p = 0\.45; at most 55\.0% is allowed, which at level 0\.01 shows neither: .* takes about 558 tested texts$/);
    expect([statusOf(279, 558), statusOf(278, 556), statusOf(100, 556)]).toEqual(["holds", "unchecked", "unchecked"]);
    expect(representativeCondition(of(0, 0))).toMatchObject({ status: "unchecked", note: expect.stringContaining("no text was left to test a classifier on; at most 55.0% is allowed, which") });
  });

  it.each([{ tolerance: 0 }, { tolerance: 0.5 }, { level: 0 }, { level: 0.5 }, { level: NaN }])("refuses %j", (options) => {
    expect(() => representativeCondition(of(5, 10), options)).toThrow(expect.objectContaining({ code: "agora/bad-option" }));
  });
});
