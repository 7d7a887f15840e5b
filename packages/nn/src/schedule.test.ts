import { describe, expect, it } from "vitest";
import { type ScheduleName, schedule } from "./schedule.js";

const rates = (name: ScheduleName, steps: number, warmupRatio: number): number[] => {
  const rate = schedule(name, { learningRate: 2, steps, warmupRatio });
  return Array.from({ length: steps }, (_, step) => rate(step));
};

describe("schedule", () => {
  it("rises in equal parts over floor(warmupRatio * steps) steps, to the full rate", () => {
    for (const name of ["linear", "noam", "constant"] as const) {
      expect(rates(name, 10, 0.49).slice(0, 4)).toEqual([0.5, 1, 1.5, 2]);
      expect(rates(name, 10, 0.09)[0]).toBe(2);
    }
  });

  it("linear: falls to one part above 0 at the last step, and to 0 after it", () => {
    expect(rates("linear", 10, 0.2)).toEqual([1, 2, 2, 1.75, 1.5, 1.25, 1, 0.75, 0.5, 0.25]);
    const rate = schedule("linear", { learningRate: 2, steps: 10 });
    expect([rate(10), rate(11)]).toEqual([0, 0]);
    expect(rates("linear", 1, 0.9)).toEqual([2]);
  });

  it("noam: falls with the inverse square root of the step", () => {
    // Vaswani et al. 2017, eq. 3, scaled to the peak: min(t / w, sqrt(w / t)) with t from 1.
    rates("noam", 50, 0.1).forEach((rate, step) => expect(rate).toBeCloseTo(2 * Math.min((step + 1) / 5, Math.sqrt(5 / (step + 1))), 12));
    rates("noam", 4, 0).forEach((rate, step) => expect(rate).toBeCloseTo(2 / Math.sqrt(step + 1), 12));
  });

  it("constant: stays", () => {
    expect(rates("constant", 4, 0.5)).toEqual([1, 2, 2, 2]);
  });

  it("has Bort's warm-up of one step in a hundred unless told", () => {
    const rate = schedule("constant", { learningRate: 1, steps: 400 });
    expect([rate(0), rate(3), rate(4)]).toEqual([0.25, 1, 1]);
  });

  it.each([[0, 0.1], [-1, 0.1], [Number.NaN, 0.1], [Infinity, 0.1], [1, 1], [1, -0.1], [1, Number.NaN]])("refuses rate %d with warm-up %d", (learningRate, warmupRatio) => {
    expect(() => schedule("linear", { learningRate, steps: 10, warmupRatio })).toThrow(expect.objectContaining({ code: "nn/bad-option" }));
  });
});
