import { describe, expect, it } from "vitest";
import { type EncoderArch } from "./encoder-arch.js";
import { sameArch } from "./same-arch.js";
import { uniformArch } from "./uniform-arch.js";

const arch = uniformArch({ depth: 2, heads: 4, hidden: 64, intermediate: 128, vocabSize: 1000, positions: 128 });

describe("sameArch", () => {
  it("does not tell a default from its absence", () => {
    const layers = arch.layers.map((layer) => ({ ...layer, feedForwards: 1 }));
    expect(sameArch(arch, { ...arch, normalization: "layerNorm", sharing: [0, 1], layers })).toBe(true);
  });

  it.each<Partial<EncoderArch>>([
    { sharing: [0, 0] }, { normalization: "noNorm" }, { layers: arch.layers.map((layer) => ({ ...layer, feedForwards: 2 })) }, { padTokenId: 0 },
    { embedding: { kind: "projected", size: 64 } }, { pooler: true }, { layerNormEps: 1e-5 }, { layers: arch.layers.slice(1) },
  ])("tells %j", (change) => {
    expect(sameArch(arch, { ...arch, ...change })).toBe(false);
  });
});
