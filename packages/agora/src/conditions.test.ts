import { expect, it } from "vitest";
import { balanceCondition, binaryCondition, socratesCondition } from "./conditions.js";

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
