import { describe, expect, it } from "vitest";
import { type ArchErrorCode } from "./arch-error.js";
import { type EncoderArch, maxSequence, uniformArch, type UniformArchOptions, validateArch } from "./encoder-arch.js";

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

  it("proposes head counts and widths that would fit", () => {
    expect(() => uniformArch({ ...small, hidden: 100, heads: 3 })).toThrow(refused("arch/heads-do-not-divide-hidden"));
    expect(() => uniformArch({ ...small, hidden: 100, heads: 3 }))
      .toThrow("arch: hidden 100 is not divisible by 3 heads; use 2, 4, 5 heads or hidden 99 or 102");
    expect(() => uniformArch({ ...small, hidden: 7, heads: 2 })).toThrow("use 1, 7 heads or hidden 6 or 8");
    expect(() => uniformArch({ ...small, hidden: 4, heads: 6 })).toThrow("use 1, 2, 4 heads or hidden 6");
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

describe("validateArch", () => {
  const arch = uniformArch(small);

  it("returns a sound architecture, uniform or not", () => {
    const pruned: EncoderArch = { ...arch, layers: [{ heads: 3, keySize: 5, valueSize: 7, intermediateSize: 11 }, arch.layers[0]!] };
    expect(validateArch(pruned)).toBe(pruned);
  });

  it.each<[string, Partial<EncoderArch>, ArchErrorCode]>([
    ["no layer", { layers: [] }, "arch/bad-size"],
    ["a head without columns", { layers: [{ heads: 1, keySize: 0, valueSize: 1, intermediateSize: 1 }] }, "arch/bad-size"],
    ["negative token types", { tokenTypes: -1 }, "arch/bad-size"],
    ["a padding id outside the vocabulary", { padTokenId: 1000 }, "arch/bad-size"],
    ["an offset without padding id", { positionOffset: 2 }, "arch/bad-position-offset"],
    ["an offset that leaves no position", { padTokenId: 200, positionOffset: 201 }, "arch/bad-position-offset"],
    ["another activation", { activation: "relu" as "gelu" }, "arch/bad-arch"],
    ["an epsilon of 0", { layerNormEps: 0 }, "arch/bad-arch"],
    ["an epsilon of NaN", { layerNormEps: Number.NaN }, "arch/bad-arch"],
    ["a pooler that is neither", { pooler: 1 as unknown as boolean }, "arch/bad-arch"],
  ])("refuses %s", (_, change, code) => {
    expect(() => validateArch({ ...arch, ...change })).toThrow(refused(code));
  });

  it("names the layer at fault", () => {
    const layers = [arch.layers[0]!, { ...arch.layers[0]!, heads: 0.5 }];
    expect(() => validateArch({ ...arch, layers })).toThrow("heads of layer 1 must be an integer");
  });
});

describe("maxSequence", () => {
  it("leaves out the positions before the offset", () => {
    expect(maxSequence(uniformArch(small))).toBe(128);
    expect(maxSequence(uniformArch({ ...small, padTokenId: 1, positionOffset: 2 }))).toBe(126);
  });
});
