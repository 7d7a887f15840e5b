import { superShaperArch, uniformArch } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { proportionalWidths, spaceOf } from "./supernet-space.js";

const archOf = (hidden: number, heads: number) => uniformArch({ depth: 2, heads, hidden, intermediate: 4 * hidden, vocabSize: 50, positions: 20, tokenTypes: 2, pooler: true, padTokenId: 3 });

describe("proportionalWidths", () => {
  it.each([
    [768, 12, [120, 240, 360, 480, 540, 600, 768]],
    [256, 4, [40, 80, 120, 160, 180, 200, 256]],
    [16, 2, [2, 6, 8, 10, 12, 16]],
    [8, 4, [4, 8]],
  ])("are for %i columns and %i heads multiples of the heads up to all columns", (hidden, heads, widths) => {
    expect(proportionalWidths(archOf(hidden, heads))).toEqual(widths);
  });
});

describe("spaceOf", () => {
  it("has the networks of a backbone's shapes, in its own tables", () => {
    const arch = archOf(16, 2);
    expect(spaceOf(arch, [4, 16]).arch([4, 16])).toEqual(superShaperArch([4, 16], { hidden: 16, heads: 2, intermediate: 64, frame: arch }));
    expect(spaceOf(arch, [[4], [8, 16]]).widths).toEqual([[4], [8, 16]]);
  });

  it("has the tables and the norm of the backbone", () => {
    const arch = { ...archOf(16, 2), embedding: { kind: "projected", size: 8 }, normalization: "noNorm" } as const;
    expect(spaceOf(arch, [4, 16]).arch([4, 16])).toMatchObject({ embedding: arch.embedding, normalization: "noNorm" });
  });

  it("refuses widths above the hidden size, and lists for another number of layers", () => {
    expect(() => spaceOf(archOf(16, 2), [8, 18])).toThrow("--widths must be at most 16");
    expect(() => spaceOf(archOf(16, 2), [[8], [8], [16]])).toThrow("--widths must be one list for all layers or one for each of 2, got 3 lists");
  });
});
