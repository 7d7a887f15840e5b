import { describe, expect, it } from "vitest";
import { attentionMaps } from "./attention-maps.js";
import { expectGolden, lossOf, teachers } from "./test-terms.js";

describe("attentionMaps", () => {
  it("equals torch's: scores of all layers", () => expectGolden(lossOf(attentionMaps()), "attentionScores"));

  it("equals torch's: probabilities of the last", () => expectGolden(lossOf(attentionMaps({ compare: "probabilities", layers: "last" })), "attentionProbabilities"));

  it("equals torch's: the mean of two heads against that of three", () =>
    expectGolden(lossOf(attentionMaps({ heads: "mean", layers: "last", teacher: 1 }), teachers), "attentionMeanOfHeads"));

  it("refuses to compare two heads with three one by one", () => {
    expect(() => lossOf(attentionMaps({ teacher: 1 }), teachers)).toThrow(expect.objectContaining({ code: "distill/bad-option", message: expect.stringContaining("2 heads where layer 2 of the teacher has 3") }));
  });
});
