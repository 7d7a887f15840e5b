import { flops, parameterCount, type ParameterCountOptions, presetNamed } from "@bort/arch";
import { evaluatePairwiseSum, type Shape } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { flopSum, parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";

const space = new ShapeSpace();
const shapes = space.sample(7, 300);

describe("parameterSum", () => {
  it.each<[string, ParameterCountOptions]>([
    ["exact", {}], ["with the MLM head", { heads: { mlm: {} } }], ["as printed", { accounting: "supershaper-paper" }],
  ])("is the count of every shape's network: %s", (_, options) => {
    const sum = parameterSum(space, options);
    for (const shape of [space.smallest, space.largest, ...shapes]) expect(evaluatePairwiseSum(sum, shape)).toBe(parameterCount(space.arch(shape), options).total);
  });

  const printed = parameterSum(space, { accounting: "supershaper-paper" });
  it.each<[string, number]>([
    ["33m", 33_189_360], ["53m", 52_738_800], ["63m", 63_413_280], ["69m", 68_839_080], ["80m", 80_251_968], ["90.5m", 90_556_848], ["96m", 96_499_152],
    ["evo-1", 64_741_560], ["evo-2", 63_413_280], ["lower-triangle", 64_212_768], ["rectangle", 58_078_800], ["diamond", 63_798_048],
    ["inverted-diamond", 64_513_440], ["bottle", 63_545_808], ["inverted-bottle", 63_544_512], ["upper-triangle", 64_211_472],
  ])("has the figure of Tables 5 and 6 for %s", (name, parameters) => {
    expect(evaluatePairwiseSum(printed, presetNamed(`supershaper-${name}`).layers.map(({ width }) => width!))).toBe(parameters);
  });

  it("counts unmerged bottlenecks where the space has such", () => {
    const unmerged = new ShapeSpace({ merged: false });
    const sum = parameterSum(unmerged);
    for (const shape of shapes.slice(0, 20)) expect(evaluatePairwiseSum(sum, shape)).toBe(parameterCount(unmerged.arch(shape)).total);
  });
});

describe("flopSum", () => {
  it("is the count of every shape's network, with widths of its own for each layer", () => {
    const uneven = new ShapeSpace({ hidden: 96, heads: 4, intermediate: 64, widths: [[8, 96], [24, 48, 64], [96], [4, 40, 80, 96]], frame: { vocabSize: 100, positions: 32 } });
    const sum = flopSum(uneven, { sequence: 16, pass: "training" });
    for (const shape of uneven) expect(evaluatePairwiseSum(sum, shape)).toBe(flops(uneven.arch(shape as Shape), { sequence: 16, pass: "training" }).total);
  });
});
