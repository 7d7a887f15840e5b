import { describe, expect, it } from "vitest";
import { makeFolds } from "./make-folds.js";

describe("makeFolds", () => {
  it.each([[10, 5], [11, 3], [2, 2], [103, 7]])("tests each of %i rows in one of %i folds, and trains on it in all others", (count, folds) => {
    const made = makeFolds(count, { folds });
    const all = Array.from({ length: count }, (_, i) => i);
    const inOrder = (rows: readonly number[]): number[] => [...rows].sort((a, b) => a - b);
    expect(made).toHaveLength(folds);
    expect(inOrder(made.flatMap(({ test }) => test))).toEqual(all);
    for (const { training, test } of made) expect(inOrder([...training, ...test])).toEqual(all);
    const sizes = made.map(({ test }) => test.length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it("draws by its seed", () => {
    expect(makeFolds(50)).toEqual(makeFolds(50, { folds: 5, seed: 0 }));
    expect(makeFolds(50, { seed: 1 })).not.toEqual(makeFolds(50));
  });

  it.each([1, 11, 2.5, Number.NaN])("refuses %d folds of 10 rows", (folds) => {
    expect(() => makeFolds(10, { folds })).toThrow(expect.objectContaining({ code: "predictors/bad-option" }));
  });
});
