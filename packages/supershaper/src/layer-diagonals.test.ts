import { uniformArch } from "@bort/arch";
import { createModel } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { backboneOf } from "./backbone.js";
import { layerDiagonals } from "./layer-diagonals.js";
import { ShapeSpace } from "./shape-space.js";

const model = createModel(uniformArch({ depth: 2, heads: 1, hidden: 6, intermediate: 8, vocabSize: 9, positions: 8 }), { kind: "mlm" }, 1);
const space = new ShapeSpace({ heads: 1, widths: [[2, 6], [1, 3, 4]], hidden: 6, intermediate: 8 });

describe("layerDiagonals", () => {
  it("are ones before training, in bands between the widths of each layer", () => {
    const layers = layerDiagonals(backboneOf(model), space);
    for (const { input, output } of layers) expect([input.values, output.values]).toEqual(Array(2).fill(Array(6).fill(1)));
    expect(layers.map(({ input }) => input.bands.map(({ to }) => to))).toEqual([[2, 6], [1, 3, 4, 6]]);
  });

  it("are those of each bottleneck", () => {
    const supernet = backboneOf(model);
    supernet.parameters.view("layers.0.bottleneck.output.weight")[3 * 6 + 3] = 5;
    supernet.parameters.view("layers.1.bottleneck.input.weight")[0] = -1;
    const [first, second] = layerDiagonals(supernet, space);
    expect([first!.input.values, first!.output.values]).toEqual([[1, 1, 1, 1, 1, 1], [1, 1, 1, 5, 1, 1]]);
    expect([first!.output.bands.map(({ mean }) => mean), second!.input.bands[0]!.mean]).toEqual([[1, 2], -1]);
  });

  it("need a backbone, and a space of it", () => {
    expect(() => layerDiagonals(model, space)).toThrow(expect.objectContaining({ code: "supershaper/bad-backbone" }));
    const [otherDepth, otherHeads] = [new ShapeSpace(), new ShapeSpace({ heads: 2, layers: 2, widths: [2, 6], hidden: 6, intermediate: 8 })];
    for (const other of [otherDepth, otherHeads]) expect(() => layerDiagonals(backboneOf(model), other)).toThrow(expect.objectContaining({ code: "supershaper/bad-shape" }));
  });
});
