import { uniformArch } from "@bort/arch";
import { constant, evaluate, type Node } from "@bort/graph";
import { createModel, encoder, encoderLayer, embeddings, type Model, parameterNodes } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { repeatLayers } from "./repeat-layers.js";

const arch = uniformArch({ depth: 2, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 8 });
const shallow = createModel(arch, { kind: "mlm" }, 1);
const ids = constant([3, 1, 4, 1, 5, 9, 2, 6], [2, 4], "i32");
const statesOf = ({ arch, parameters }: Model): Float64Array => evaluate([encoder(arch, parameterNodes(parameters.specs), { ids })], parameters.views)[0]!;

/** The states of a network whose layers are gone through so many times, in float64. */
function statesOver({ arch, parameters }: Model, times: number): Float64Array {
  const nodes = parameterNodes(parameters.specs);
  let state = embeddings(arch, nodes, ids, (_, x) => x);
  for (let i = 0; i < times * arch.layers.length; i++) {
    const layer = i % arch.layers.length;
    const own = (name: string): Node => nodes(`layers.${layer}.${name}`);
    ({ state } = encoderLayer(arch, layer, own, state, { batch: 2, sequence: 4, bias: undefined, dropout: (_, x) => x }));
  }
  return evaluate([state], parameters.views)[0]!;
}

describe("repeatLayers", () => {
  it("computes what the network does whose layers are gone through again and again", () => {
    for (const times of [1, 3]) expect(statesOf(repeatLayers(shallow, times))).toEqual(statesOver(shallow, times));
    expect(statesOf(repeatLayers(shallow, 3))).not.toEqual(statesOf(shallow));
  });

  it("has copies that are trained apart, and the other's embeddings and head", () => {
    const { arch: deep, parameters } = repeatLayers(shallow, 3);
    expect(deep.layers).toHaveLength(6);
    parameters.view("layers.2.feedForward.up.weight").fill(0);
    for (const layer of [0, 4]) expect(parameters.view(`layers.${layer}.feedForward.up.weight`)).toEqual(shallow.parameters.view("layers.0.feedForward.up.weight"));
    for (const { name } of shallow.parameters.specs) expect(parameters.view(name)).toEqual(shallow.parameters.view(name));
  });
});
