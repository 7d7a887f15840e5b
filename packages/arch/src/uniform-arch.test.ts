import { describe, expect, it } from "vitest";
import { type ArchErrorCode } from "./arch-error.js";
import { uniformArch, type UniformArchOptions } from "./uniform-arch.js";

const small: UniformArchOptions = { depth: 2, heads: 4, hidden: 64, intermediate: 128, vocabSize: 1000, positions: 128 };

function refused(code: ArchErrorCode): unknown {
  return expect.objectContaining({ name: "ArchError", code });
}

describe("uniformArch", () => {
  it("splits the hidden size over the heads of every layer", () => {
    const arch = uniformArch(small);
    expect(arch.layers).toEqual(new Array(2).fill({ heads: 4, keySize: 16, valueSize: 16, intermediateSize: 128 }));
    expect(arch).toMatchObject({ tokenTypes: 0, positionOffset: 0, pooler: false, activation: "gelu", layerNormEps: 1e-12 });
    expect("padTokenId" in arch).toBe(false);
  });

  it("has the tables and the norm of its frame", () => {
    const narrow = { embedding: { kind: "wordProjected", size: 16, window: 3 }, normalization: "noNorm" } as const;
    expect(uniformArch({ ...small, ...narrow })).toEqual({ ...uniformArch(small), ...narrow });
    expect(() => uniformArch({ ...small, embedding: { ...narrow.embedding, size: 65 } })).toThrow(refused("arch/bad-size"));
  });

  it("proposes head counts and widths that would fit", () => {
    const split = (hidden: number, heads: number) => (): unknown => uniformArch({ ...small, hidden, heads });
    expect(split(100, 3)).toThrow(refused("arch/heads-do-not-divide-hidden"));
    expect(split(100, 3)).toThrow("arch: hidden 100 is not divisible by 3 heads; use 2, 4, 5 heads or hidden 99 or 102");
    expect(split(7, 2)).toThrow("use 1, 7 heads or hidden 6 or 8");
    expect(split(4, 6)).toThrow("use 1, 2, 4 heads or hidden 6");
  });

  it.each(["depth", "heads", "hidden", "intermediate", "vocabSize", "positions"] as const)("refuses a %s that is no size", (name) => {
    for (const value of [0, -1, 1.5, Number.NaN, Infinity, 1e12, "4" as unknown as number]) {
      expect(() => uniformArch({ ...small, [name]: value })).toThrow(refused("arch/bad-size"));
    }
  });

  it("says what was needed and what was given", () => {
    expect(() => uniformArch({ ...small, depth: Number.NaN })).toThrow("arch: depth must be an integer in [1, 4096], got NaN;");
  });
});
