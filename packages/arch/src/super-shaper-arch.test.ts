import { describe, expect, it } from "vitest";
import { parameterCount } from "./parameter-count.js";
import { superShaperArch } from "./super-shaper-arch.js";

describe("superShaperArch", () => {
  it("splits each width over the heads", () => {
    const arch = superShaperArch([120, 768]);
    expect(arch.layers.map(({ width, heads, keySize, valueSize, intermediateSize }) => [width, heads, keySize, valueSize, intermediateSize]))
      .toEqual([[120, 12, 10, 10, 3072], [768, 12, 64, 64, 3072]]);
    expect(arch).toMatchObject({ vocabSize: 28_996, hiddenSize: 768, pooler: false, bottleneck: { kind: "linear", merged: true } });
  });

  it("has one matrix for two bottlenecks where they are merged", () => {
    const encoder = (shape: readonly number[], merged: boolean): number => parameterCount(superShaperArch(shape, { merged }), {}).encoder;
    // Between widths u and w: u x 768 + 768 and 768 x w + w, against u x w + w.
    const saved = (u: number, w: number): number => u * 768 + 768 + 768 * w - u * w;
    expect(encoder([120, 240, 360], false) - encoder([120, 240, 360], true)).toBe(saved(120, 240) + saved(240, 360));
  });

  it("has the same parameters merged and not where there is one layer", () => {
    for (const width of [12, 480, 768]) {
      expect(parameterCount(superShaperArch([width], { merged: false })).total).toBe(parameterCount(superShaperArch([width])).total);
    }
  });

  it("refuses widths that the heads do not divide", () => {
    expect(() => superShaperArch([120, 100])).toThrow("must be multiples of its 12 heads, got 100; use 96 or other heads");
    expect(() => superShaperArch([])).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
    expect(() => superShaperArch([0])).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
    expect(() => superShaperArch([12], { heads: Number.NaN })).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
  });
});
