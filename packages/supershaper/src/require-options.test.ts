import { expect, it } from "vitest";
import { requireCount, requireProbability, requireRange } from "./require-options.js";

const badOption = expect.objectContaining({ name: "SuperShaperError", code: "supershaper/bad-option" });

it("lets through counts, probabilities and ranges, ends included", () => {
  expect([requireCount(1, "shapes"), requireCount(0, "shapes", 0), requireProbability(0, "luck"), requireProbability(1, "luck")]).toEqual([1, 0, 0, 1]);
  for (const [atLeast, atMost] of [[2, 2], [-Infinity, Infinity], [-1, 0]] as const) requireRange("a size", atLeast, atMost);
});

it("refuses all else", () => {
  for (const count of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53]) expect(() => requireCount(count, "shapes")).toThrow(badOption);
  for (const probability of [-0.1, 1.1, Number.NaN]) expect(() => requireProbability(probability, "luck")).toThrow(badOption);
  for (const [atLeast, atMost] of [[2, 1], [Number.NaN, 1], [1, Number.NaN]] as const) expect(() => requireRange("a size", atLeast, atMost)).toThrow(badOption);
});
