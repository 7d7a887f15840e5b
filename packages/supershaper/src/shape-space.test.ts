import { describe, expect, it } from "vitest";
import { ShapeSpace, type ShapeSpaceOptions } from "./shape-space.js";

const space = new ShapeSpace();
const codeIs = (code: string): unknown => expect.objectContaining({ name: "SuperShaperError", code });

describe("ShapeSpace", () => {
  it("is the paper's by default", () => {
    expect(space.size).toBe(7n ** 12n);
    expect(space.layers).toBe(12);
    expect(space.smallest).toEqual(new Array(12).fill(120));
    expect(space.largest).toEqual(new Array(12).fill(768));
    expect(space.arch(space.smallest)).toMatchObject({ hiddenSize: 768, bottleneck: { kind: "linear", merged: true } });
  });

  it("has a list of widths for each layer where there are such", () => {
    const uneven = new ShapeSpace({ heads: 2, widths: [[8, 4], [6], [2, 12, 4]] });
    expect(uneven.size).toBe(6n);
    expect([...uneven]).toEqual([[4, 6, 2], [4, 6, 4], [4, 6, 12], [8, 6, 2], [8, 6, 4], [8, 6, 12]]);
    expect(uneven.check([8, 6, 12])).toEqual(uneven.largest);
    expect(() => uneven.check([8, 4, 12])).toThrow(codeIs("supershaper/width-not-in-space"));
  });

  it("draws every shape as often, and the same ones from the same seed", () => {
    const few = new ShapeSpace({ layers: 2, heads: 1, widths: [1, 2, 3] });
    const counts = new Map<string, number>();
    for (const shape of few.sample(5, 9000)) counts.set(String(shape), (counts.get(String(shape)) ?? 0) + 1);
    expect(counts.size).toBe(9);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000));
    expect(space.sample(3, 10)).toEqual(Array.from({ length: 10 }, (_, index) => space.draw(3, index)));
    expect(space.sample(4, 10)).not.toEqual(space.sample(3, 10));
  });

  it.each<[string, unknown, string]>([
    ["too few widths", new Array(11).fill(120), "supershaper/bad-shape"],
    ["too many widths", new Array(13).fill(120), "supershaper/bad-shape"],
    ["none", [], "supershaper/bad-shape"],
    ["no list", "120,120", "supershaper/bad-shape"],
    ["nothing", undefined, "supershaper/bad-shape"],
    ["a list with text", [...new Array<number>(11).fill(120), "120"], "supershaper/bad-shape"],
    ["a width of no layer", [...new Array<number>(11).fill(120), 132], "supershaper/width-not-in-space"],
    ["a width between heads", [...new Array<number>(11).fill(120), 125], "supershaper/heads-do-not-divide-width"],
    ["NaN", [Number.NaN, ...new Array<number>(11).fill(120)], "supershaper/heads-do-not-divide-width"],
  ])("refuses %s as a shape", (_, shape, code) => {
    expect(() => space.parse(shape)).toThrow(codeIs(code));
  });

  it("says which layer is wrong and what it may be", () => {
    expect(() => space.check([120, 120, 132, ...new Array<number>(9).fill(120)])).toThrow("layer 3 must be 120, 240, 360, 480, 540, 600, 768 wide, got 132");
  });

  it.each<[string, ShapeSpaceOptions, string]>([
    ["a width between heads", { widths: [120, 125] }, "supershaper/heads-do-not-divide-width"],
    ["fewer lists than layers", { layers: 3, widths: [[120], [120]] }, "supershaper/bad-option"],
    ["lists among numbers", { widths: [120, [240]] as unknown as number[] }, "supershaper/bad-option"],
    ["no layers", { layers: 0 }, "supershaper/bad-option"],
    ["a billion layers", { layers: 1e9 }, "supershaper/bad-option"],
    ["no widths", { widths: [] }, "arch/empty-list"],
    ["a layer without widths", { widths: [[120], []] }, "arch/empty-list"],
    ["a width twice", { widths: [120, 120] }, "arch/duplicate"],
    ["a width of 0", { widths: [0] }, "arch/bad-size"],
  ])("refuses %s", (_, options, code) => {
    expect(() => new ShapeSpace(options)).toThrow(expect.objectContaining({ code }));
  });
});
