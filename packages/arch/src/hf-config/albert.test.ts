import { describe, expect, it } from "vitest";
import { type EncoderArch } from "../encoder-arch.js";
import { fromHfConfig, toHfConfig } from "../hf-config.js";

const base = {
  model_type: "albert", vocab_size: 100, hidden_size: 24, num_attention_heads: 3, intermediate_size: 20, max_position_embeddings: 16, embedding_size: 8,
};
const read = (depth: number, groups?: number, inner?: number): EncoderArch =>
  fromHfConfig({ ...base, num_hidden_layers: depth, num_hidden_groups: groups, inner_group_num: inner });

describe("albert", () => {
  // Owners as transformers 5.18 assigns them: stack i computes with group int(i / (num_hidden_layers / num_hidden_groups)).
  it.each<[number, number, number, number[] | undefined]>([
    [4, 1, 1, [0, 0, 0, 0]],
    [4, 2, 1, [0, 0, 2, 2]],
    [5, 2, 1, [0, 0, 0, 3, 3]],
    [3, 1, 2, [0, 1, 0, 1, 0, 1]],
    [5, 2, 2, [0, 1, 0, 1, 0, 1, 6, 7, 6, 7]],
    [3, 3, 1, undefined],
    [2, 2, 2, undefined],
  ])("reads %i stacks in %i groups of %i layers, and writes them again", (depth, groups, inner, sharing) => {
    const arch = read(depth, groups, inner);
    expect([arch.layers.length, arch.sharing]).toEqual([depth * inner, sharing]);
    const config = toHfConfig(arch);
    expect([config.model_type, config.bort, fromHfConfig(config)]).toEqual(["albert", undefined, arch]);
    if (sharing !== undefined) expect(config).toMatchObject({ num_hidden_layers: depth, num_hidden_groups: groups, inner_group_num: inner });
  });

  it("writes other sharing as what transformers refuses", () => {
    const arch: EncoderArch = { ...read(3), sharing: [0, 1, 0] };
    const config = toHfConfig(arch);
    expect([config.num_attention_heads, fromHfConfig(config)]).toEqual([[3, 3, 3], arch]);
  });

  it("has the defaults of ALBERT's configuration class", () => {
    expect(fromHfConfig({ ...base, embedding_size: undefined, num_hidden_layers: 2 })).toMatchObject({
      embedding: { kind: "projected", size: 128 }, sharing: [0, 0], activation: "geluTanh", tokenTypes: 2, layerNormEps: 1e-12, padTokenId: 0,
    });
  });

  it("projects even to the same size", () => {
    expect(fromHfConfig({ ...base, embedding_size: 24, num_hidden_layers: 1 }).embedding).toEqual({ kind: "projected", size: 24 });
  });

  it("refuses groups that no layer uses, and more layers than there can be", () => {
    expect(() => read(2, 3)).toThrow(expect.objectContaining({ code: "arch/unsupported-config" }));
    expect(() => read(4096, 1, 4096)).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
    expect(() => read(4, 0)).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
    expect(read(4096, 4096).sharing).toBeUndefined();
    expect(fromHfConfig(toHfConfig(read(64, 64, 64)))).toEqual(read(64, 64, 64));
  });
});
