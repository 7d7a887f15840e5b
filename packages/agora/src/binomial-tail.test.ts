import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { binomialTail } from "./binomial-tail.js";

const { tails } = JSON.parse(readFileSync(new URL("../test-fixtures/two-sample.json", import.meta.url), "utf8")) as {
  readonly tails: readonly { readonly successes: number; readonly trials: number; readonly probability: number; readonly tail: number }[];
};

describe("binomialTail", () => {
  it.each(tails)("agrees with scipy at $successes of $trials, $probability", ({ successes, trials, probability, tail }) => {
    expect(Math.abs(binomialTail(successes, trials, probability) / tail - 1)).toBeLessThan(1e-9);
  });

  it("counts the ways of small numbers of tosses", () => {
    expect([0, 1, 2, 3, 4].map((heads) => Number((8 * binomialTail(heads, 3, 0.5)).toFixed(12)))).toEqual([8, 7, 4, 1, 0]);
  });

  it.each([0.5, 0.55, 0.01])("falls with the successes, and both tails at %d make one", (probability) => {
    for (let successes = 0; successes <= 300; successes++) {
      const tail = binomialTail(successes, 300, probability);
      expect(tail).toBeGreaterThanOrEqual(binomialTail(successes + 1, 300, probability));
      expect(tail + binomialTail(300 - successes + 1, 300, 1 - probability)).toBeCloseTo(1, 12);
    }
  });
});
