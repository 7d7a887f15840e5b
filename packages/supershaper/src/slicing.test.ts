import { evaluate, parameter, sizeOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { LayerSlice } from "./slicing.js";
import { layerSpecs } from "./supernet-stages.js";
import { testSupernet } from "./test-supernets.js";

const { arch } = testSupernet();
const specs = layerSpecs(arch).map(({ name, shape }) => ({ name: name.slice("layer.".length), shape }));

describe("LayerSlice", () => {
  it.each([["prefix", 8], ["heads", 8], ["prefix", 24], ["heads", 24]] as const)("finds in memory what it cuts in a graph: %s, %i wide", (slicing, width) => {
    const slice = new LayerSlice(arch, width, slicing);
    for (const { name, shape } of specs) {
      const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => i);
      const [cut] = evaluate([slice.of(name, parameter("x", shape))], { x: values });
      expect([...slice.valuesOf(name, shape, values)], name).toEqual([...cut!]);
    }
  });

  it("joins rows that are taken whole into one run", () => {
    const runsOf = (width: number, name: string): number => new LayerSlice(arch, width, "prefix").runs(name, specs.find((spec) => spec.name === name)!.shape).starts.length;
    expect(["bottleneck.input.weight", "feedForward.down.weight", "attention.norm.gain"].map((name) => runsOf(8, name))).toEqual([1, 1, 1]);
    expect(["attention.qkv.weight", "attention.qkv.bias", "bottleneck.output.weight"].map((name) => runsOf(8, name))).toEqual([3 * 8, 3, 24]);
    for (const { name } of specs) expect(runsOf(24, name), name).toBe(1);
  });
});
