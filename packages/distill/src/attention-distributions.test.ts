import { describe, expect, it } from "vitest";
import { attentionDistributions } from "./attention-distributions.js";
import { expectGolden, lossOf, teachers, valueOf } from "./test-terms.js";

describe("attentionDistributions", () => {
  it("equals torch's", () => expectGolden(lossOf(attentionDistributions()), "attentionDistributions"));

  it("sums over pairs of layers", () => {
    const loss = (layers: readonly (readonly [number, number])[]): number => valueOf(lossOf(attentionDistributions({ layers }))).loss;
    expect(loss([[1, 2], [2, 4]])).toBeCloseTo(loss([[1, 2]]) + loss([[2, 4]]), 12);
    expect(loss([[1, 2]])).toBeGreaterThan(0);
  });

  it("refuses heads that differ in number", () => {
    expect(() => lossOf(attentionDistributions({ teacher: 1 }), teachers)).toThrow(expect.objectContaining({ code: "distill/bad-option" }));
  });
});
