import { describe, expect, it } from "vitest";
import { presetNamed } from "./presets.js";
import { sameArch } from "./same-arch.js";
import { schubertArch } from "./schubert-arch.js";

describe("schubertArch", () => {
  it("is BERT-base by default", () => {
    expect(sameArch(schubertArch(), presetNamed("bert-base-uncased"))).toBe(true);
  });

  it("takes one size for all layers or one for each", () => {
    const { layers } = schubertArch({ hidden: 100, heads: [1, 2], keySize: 5, valueSize: [6, 7], intermediateSize: 8 });
    expect(layers).toEqual([
      { heads: 1, keySize: 5, valueSize: 6, intermediateSize: 8 },
      { heads: 2, keySize: 5, valueSize: 7, intermediateSize: 8 },
    ]);
  });

  it("refuses lists of unlike lengths", () => {
    expect(() => schubertArch({ heads: [1, 2], valueSize: [1, 2, 3] })).toThrow("valueSize needs one size for each of the 2 layers, got 3");
    expect(() => schubertArch({ layers: 3, heads: [1, 2] })).toThrow(expect.objectContaining({ code: "arch/bad-arch" }));
  });

  it.each([0, -1, 1.5, Number.NaN, 1e12])("refuses %d heads in one layer", (heads) => {
    expect(() => schubertArch({ heads: [2, heads] })).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
  });
});
