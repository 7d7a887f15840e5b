import { describe, expect, it } from "vitest";
import { selfRelations } from "./self-relations.js";
import { expectGolden, lossOf, teachers, valueOf } from "./test-terms.js";

describe("selfRelations", () => {
  it("equals torch's: queries, keys and values of the last layers", () => expectGolden(lossOf(selfRelations()), "selfRelations"));

  it("equals torch's: values in one relation head, of a pair of layers", () =>
    expectGolden(lossOf(selfRelations({ of: ["value"], relationHeads: 1, layers: [[1, 3]] })), "valueRelation"));

  it("takes teachers with other heads", () => {
    const loss = (relationHeads: number): number => valueOf(lossOf(selfRelations({ relationHeads, teacher: 1 }), teachers)).loss;
    expect(loss(1)).toBeGreaterThan(0);
    expect(loss(1)).not.toBeCloseTo(loss(2), 6);
  });

  it.each([4, 3, 0, -1, 0.5])("refuses %d relation heads for widths of 4 and 6", (relationHeads) => {
    expect(() => lossOf(selfRelations({ relationHeads }))).toThrow(expect.objectContaining({ code: "distill/bad-option", message: expect.stringContaining("common divisor") }));
  });

  it("refuses to relate nothing", () => expect(() => selfRelations({ of: [] })).toThrow(expect.objectContaining({ code: "distill/bad-option" })));
});
