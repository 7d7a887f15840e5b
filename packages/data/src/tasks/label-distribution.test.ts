import { describe, expect, it } from "vitest";
import { labelDistribution } from "./label-distribution.js";

const labels = ["no", "yes", "constructor"];
const of = (distribution: Readonly<Record<string, number>>, given: readonly string[] = labels): Float32Array => labelDistribution({ text: "", label: "no", distribution }, 7, given);

describe("labelDistribution", () => {
  it("puts probabilities in the order of the labels, whatever theirs is, and 0 where there is none", () => {
    expect([...of({ yes: 0.75, no: 0.25 })]).toEqual([0.25, 0.75, 0]);
    expect([...of({ constructor: 1 })]).toEqual([0, 0, 1]);
  });

  it("is one of the label alone, or of nothing, without a distribution", () => {
    expect([...labelDistribution({ text: "", label: "yes" }, 0, labels)]).toEqual([0, 1, 0]);
    expect([...labelDistribution({ text: "" }, 0, labels)]).toEqual([0, 0, 0]);
  });

  it("takes sums as a file of rounded numbers has them", () => {
    expect([...of({ no: 0.333, yes: 0.333, constructor: 0.333 })]).toEqual([0.333, 0.333, 0.333].map(Math.fround));
  });

  it.each<[string, () => unknown, string, string]>([
    ["a label that there is not", () => of({ no: 0.5, maybe: 0.5 }), "data/unknown-label", 'got a probability of "maybe"'],
    ["a sum above 1", () => of({ no: 0.502, yes: 0.5 }), "data/bad-distribution", "got no 0.502, yes 0.5"],
    ["a sum below 1", () => of({ yes: 0.998 }), "data/bad-distribution", "got yes 0.998"],
    ["a negative number in a sum of 1", () => of({ no: -0.5, yes: 1.5 }), "data/bad-distribution", "no -0.5"],
    ["what is no number", () => of({ no: Number.NaN, yes: 1 }), "data/bad-distribution", "no NaN"],
    ["nothing", () => of({}), "data/bad-distribution", "got none"],
    ["regression", () => of({ no: 1 }, []), "data/bad-distribution", "regression has none"],
  ])("refuses %s, and names the example", (_, make, code, told) => {
    expect(make).toThrow(expect.objectContaining({ code, message: expect.stringMatching(/^data: example 7 [^\n]+$/) as string }));
    expect(make).toThrow(told);
  });
});
