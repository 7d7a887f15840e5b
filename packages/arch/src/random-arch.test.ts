import { describe, expect, it } from "vitest";
import { randomArch } from "./random-arch.js";

describe("randomArch", () => {
  const drawn = Array.from({ length: 200 }, (_, seed) => randomArch(seed));

  it("is a function of its seed", () => {
    expect(Array.from({ length: 200 }, (_, seed) => randomArch(seed))).toEqual(drawn);
    expect(new Set(drawn.map((arch) => JSON.stringify(arch))).size).toBeGreaterThan(195);
  });

  it("shows every variant of every part", () => {
    const shown = new Set(drawn.flatMap(({ embedding, bottleneck, activation, normalization, sharing, ...arch }) => [
      `embedding ${embedding?.kind} ${embedding?.kind === "wordProjected" ? embedding.window : ""}`,
      `bottleneck ${bottleneck?.kind} ${bottleneck?.kind === "linear" ? bottleneck.merged : bottleneck?.attentionInput ?? ""}`,
      activation, `normalization ${normalization}`,
      `sharing ${sharing === undefined ? "absent" : sharing.every((owner, index) => owner === index) ? "own" : "some"}`,
      `pooler ${arch.pooler}`, `token types ${Math.min(1, arch.tokenTypes)}`, `offset ${arch.positionOffset > 0}`, `padding ${arch.padTokenId !== undefined}`,
      `feedForwards ${Math.min(2, arch.layers[0]!.feedForwards ?? 0)}`, `layers alike ${arch.layers.every((layer) => layer === arch.layers[0])}`,
    ]));
    expect([...shown].sort()).toEqual([
      "bottleneck linear false", "bottleneck linear true", "bottleneck mobilebert bottleneck", "bottleneck mobilebert shared", "bottleneck undefined ",
      "embedding projected ", "embedding undefined ", "embedding wordProjected 1", "embedding wordProjected 3",
      "feedForwards 0", "feedForwards 1", "feedForwards 2", "gelu", "geluTanh", "layers alike false", "layers alike true",
      "normalization layerNorm", "normalization noNorm", "normalization undefined", "offset false", "offset true", "padding false", "padding true",
      "pooler false", "pooler true", "relu", "sharing absent", "sharing own", "sharing some", "token types 0", "token types 1",
    ]);
  });
});
