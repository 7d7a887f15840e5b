import { describe, expect, it } from "vitest";
import { type ArchErrorCode } from "./arch-error.js";
import { type Bottleneck, type EncoderArch, type LayerArch, maxSequence, validateArch } from "./encoder-arch.js";
import { uniformArch, type UniformArchOptions } from "./uniform-arch.js";

const small: UniformArchOptions = { depth: 2, heads: 4, hidden: 64, intermediate: 128, vocabSize: 1000, positions: 128 };

function refused(code: ArchErrorCode): unknown {
  return expect.objectContaining({ name: "ArchError", code });
}

describe("validateArch", () => {
  const arch = uniformArch(small);
  const layer = arch.layers[0]!;
  const wide: LayerArch = { ...layer, width: 32 };

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
    ["another activation", { activation: "silu" as "gelu" }, "arch/bad-arch"],
    ["an epsilon of 0", { layerNormEps: 0 }, "arch/bad-arch"],
    ["an epsilon of NaN", { layerNormEps: Number.NaN }, "arch/bad-arch"],
    ["another norm", { normalization: "rmsNorm" as "noNorm" }, "arch/bad-arch"],
    ["layers that are no list", { layers: {} as [] }, "arch/bad-arch"],
    ["a layer that is none", { layers: [null as unknown as LayerArch] }, "arch/bad-arch"],
    ["stacks of no FFN", { layers: [{ ...layer, feedForwards: 0 }] }, "arch/bad-size"],
    ["a width without bottleneck", { layers: [{ ...layer, width: 8 }] }, "arch/bad-bottleneck"],
    ["a bottleneck without width", { layers: [layer], bottleneck: { kind: "linear", merged: true } }, "arch/bad-bottleneck"],
    ["a width of 0", { layers: [{ ...layer, width: 0 }], bottleneck: { kind: "linear", merged: true } }, "arch/bad-size"],
    ["another bottleneck", { layers: [{ ...layer, width: 8 }], bottleneck: { kind: "conv" as "linear", merged: true } }, "arch/bad-bottleneck"],
    ["a bottleneck neither merged nor not", { layers: [{ ...layer, width: 8 }], bottleneck: { kind: "linear" } as Bottleneck }, "arch/bad-bottleneck"],
    ["sharing of too few layers", { sharing: [0] }, "arch/bad-sharing"],
    ["sharing with a later layer", { sharing: [1, 1] }, "arch/bad-sharing"],
    ["sharing with a layer that shares", { layers: [layer, layer, layer], sharing: [0, 0, 1] }, "arch/bad-sharing"],
    ["sharing between unlike layers", { layers: [layer, { ...layer, heads: 1 }], sharing: [0, 0] }, "arch/bad-sharing"],
    ["sharing of merged bottlenecks", { layers: [wide, wide], bottleneck: { kind: "linear", merged: true }, sharing: [0, 0] }, "arch/bad-sharing"],
    ["an embedding of no width", { embedding: { kind: "projected", size: 0 } }, "arch/bad-size"],
    ["a word embedding wider than the encoder", { embedding: { kind: "wordProjected", size: 65, window: 1 } }, "arch/bad-size"],
    ["a window of two words", { embedding: { kind: "wordProjected", size: 8, window: 2 as 3 } }, "arch/bad-arch"],
    ["another embedding", { embedding: { kind: "hashed" as "projected", size: 8 } }, "arch/bad-arch"],
    ["a pooler that is neither", { pooler: 1 as unknown as boolean }, "arch/bad-arch"],
  ])("refuses %s", (_, change, code) => {
    expect(() => validateArch({ ...arch, ...change })).toThrow(refused(code));
  });

  it("names the layer at fault", () => {
    const layers = [arch.layers[0]!, { ...arch.layers[0]!, heads: 0.5 }];
    expect(() => validateArch({ ...arch, layers })).toThrow("heads of layer 2 must be an integer");
  });
});

describe("maxSequence", () => {
  it("leaves out the positions before the offset", () => {
    expect(maxSequence(uniformArch(small))).toBe(128);
    expect(maxSequence(uniformArch({ ...small, padTokenId: 1, positionOffset: 2 }))).toBe(126);
  });
});
