import { describe, expect, it } from "vitest";
import { type StudiedShape, type SupernetStudy } from "./study-supernet.js";
import { supernetFindings } from "./supernet-findings.js";
import { supernetText } from "./supernet-tables.js";

/** A shape with made-up losses; two trainings from scratch, of 30 and 34 seconds, lie around `scratch`. */
const studied = (width: number, losses: { readonly scratch: number; readonly inherited: number; readonly further: number }): StudiedShape => ({
  shape: [width, 8], parameters: 100 * width, inherited: { loss: losses.inherited, seconds: 0.5 }, further: { loss: losses.further, seconds: 2 },
  fromScratch: [{ loss: losses.scratch - 0.1, seconds: 30 }, { loss: losses.scratch + 0.1, seconds: 34 }],
});

const study: SupernetStudy = {
  backboneSeconds: 20, panel: [[16, 16], [4, 4], [4, 8]],
  supernets: [
    { name: "sandwich", sampling: "sandwich", steps: 10, passes: 30, seconds: 40, losses: [6, 7, 6.5] },
    { name: "random, as many passes", sampling: "random", steps: 30, passes: 30, seconds: 50, losses: [6.1, 7.2, 6.4] },
  ],
  shapes: [ // As inherited, the last two are in the other order.
    studied(8, { scratch: 6.8, inherited: 6.7, further: 6.2 }), studied(4, { scratch: 7, inherited: 6.9, further: 6.5 }),
    studied(12, { scratch: 6.6, inherited: 6.3, further: 6 }), studied(16, { scratch: 6.4, inherited: 6.5, further: 5.9 }),
  ],
};

describe("supernetFindings", () => {
  it("correlates ranks with the mean loss from scratch", () => {
    const { ranks } = supernetFindings(study);
    expect(ranks!.inherited.spearman).toBeCloseTo(0.8, 12);
    expect(ranks!.inherited.low).toBeLessThan(0.8);
    expect(ranks!.further).toMatchObject({ spearman: 1, low: expect.closeTo(1, 12), high: 1 });
    expect(ranks!.parameters.spearman).toBe(1);
  });

  it("weighs the trainings from scratch against the super-network and its evaluation", () => {
    const { time } = supernetFindings(study);
    expect(time).toMatchObject({ fromScratchSeconds: 128, supernetSeconds: 60, evaluationSeconds: 2, furtherSeconds: 8, breakEvenShapes: 2 });
    expect(time!.factor).toBeCloseTo(128 / 62, 12);
    expect(time!.factorFurther).toBeCloseTo(128 / 70, 12);
  });

  it("says so where inheriting saves no time, and says nothing of too few shapes", () => {
    const slow = { ...study, shapes: study.shapes.map((shape) => ({ ...shape, inherited: { ...shape.inherited, seconds: 40 } })) };
    expect(supernetFindings(slow).time).toMatchObject({ breakEvenShapes: null });
    expect(supernetText({ ...slow, ...supernetFindings(slow) })).toContain("it is slower for any number of shapes");
    const few = { ...study, shapes: study.shapes.slice(0, 2) };
    expect(supernetFindings(few)).toEqual({ ranks: null, time: null });
    expect(supernetText({ ...few, ranks: null, time: null })).toContain("too few shapes");
  });
});

describe("supernetText", () => {
  it("has a row for each super-network, and one for each shape by its size", () => {
    const text = supernetText({ ...study, ...supernetFindings(study) });
    expect(text).toMatch(/sandwich +10 +30 +40 +6\.000 +7\.000 +6\.500/);
    expect(text.indexOf("4 8 ")).toBeLessThan(text.indexOf("8 8 "));
    expect(text).toMatch(/4 8 +400 +6\.900 +6\.500 +7\.000 +-0\.100 +0\.5 +2\.0 +32\.0/);
    expect(text).toContain("inherited 0.800 (95% interval");
    expect(text).toContain("inheriting is 2.06 times as fast, 1.83 times with further training; it is faster from 2 shapes on");
  });
});
