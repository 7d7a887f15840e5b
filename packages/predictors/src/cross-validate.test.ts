import { describe, expect, it } from "vitest";
import { agreement } from "./agreement.js";
import { crossValidate } from "./cross-validate.js";
import { makeFolds } from "./make-folds.js";

const rows = Array.from({ length: 20 }, (_, i) => ({ shape: [i + 1], value: (i * 7) % 20 }));

describe("crossValidate", () => {
  it("has every row predicted by a fit that has not seen it", () => {
    const seen: number[] = [];
    const { predictions } = crossValidate(rows, (training) => {
      const known = new Set(training.map(({ shape }) => shape[0]));
      seen.push(known.size);
      return { predict: ([width]) => (known.has(width) ? Number.NaN : 2 * width!) };
    }, { folds: 4 });
    expect(seen).toEqual([15, 15, 15, 15]);
    expect(predictions).toEqual(rows.map(({ shape }) => 2 * shape[0]!));
  });

  it("has the agreement on each fold", () => {
    const { folds } = crossValidate(rows, () => ({ predict: ([width]) => width! }), { folds: 4, seed: 3 });
    const [first] = makeFolds(rows.length, { folds: 4, seed: 3 });
    expect(folds).toHaveLength(4);
    expect(folds[0]).toEqual(agreement(first!.test.map((i) => i + 1), first!.test.map((i) => rows[i]!.value)));
  });

  it("refuses more folds than rows", () => {
    expect(() => crossValidate(rows.slice(0, 3), () => ({ predict: () => 0 }))).toThrow(expect.objectContaining({ code: "predictors/bad-option" }));
  });
});
