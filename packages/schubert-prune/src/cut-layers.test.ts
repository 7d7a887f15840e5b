import { type EncoderArch, maxSequence, ownerOf, uniformArch } from "@bort/arch";
import { random } from "@bort/data";
import { type Node, constant, evaluate, linear } from "@bort/graph";
import { type Dropout, type Model, embeddings, encoder, encoderLayer, fingerprint, parameterNodes } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { randomArch } from "../../arch/src/random-arch.js";
import { archOfLayers, cutLayers } from "./cut-layers.js";
import { testModel } from "./test-pruning.js";

const head = { kind: "mlm" } as const;
const dropout: Dropout = (_, x) => x;

/** Token ids `[2, up to 5]`. */
function idsFor(arch: EncoderArch, seed: number): Node {
  const sequence = Math.min(5, maxSequence(arch));
  const rng = random(seed, "ids");
  return constant(Array.from({ length: 2 * sequence }, () => rng.integer(arch.vocabSize)), [2, sequence], "i32");
}

/** The states of a network in which some layers pass on what they are given, in float64. */
function statesPassing({ arch, parameters }: Model, keep: readonly number[], ids: Node): Float64Array {
  const nodes = parameterNodes(parameters.specs);
  const [batch, sequence] = ids.shape as [number, number];
  const last = arch.layers.length - 1;
  const merged = arch.bottleneck?.kind === "linear" && arch.bottleneck.merged;
  const end = arch.layers.reduce((state, _, layer) => {
    const own = (name: string): Node => nodes(`layers.${ownerOf(arch, layer)}.${name}`);
    const map = (side: string, x: Node): Node => linear(x, own(`bottleneck.${side}.weight`), own(`bottleneck.${side}.bias`));
    if (keep.includes(layer)) return encoderLayer(arch, layer, own, state, { batch, sequence, bias: undefined, dropout }).state;
    if (!merged) return state;
    return layer === last ? map("output", map("input", state)) : map("input", state);
  }, embeddings(arch, nodes, ids, dropout));
  return evaluate([end], parameters.views)[0]!;
}

const statesOf = ({ arch, parameters }: Model, ids: Node): Float64Array => evaluate([encoder(arch, parameterNodes(parameters.specs), { ids })], parameters.views)[0]!;

/** Layers that stay, at least one. */
function drawLayers(count: number, seed: number): number[] {
  const rng = random(seed, "layers");
  const drawn = Array.from({ length: count }, (_, i) => i).filter(() => rng.uniform() < 0.5);
  return drawn.length > 0 ? drawn : [rng.integer(count)];
}

describe("cutLayers", () => {
  it("computes what the network does in which the other layers pass their input on, in random architectures", () => {
    for (let seed = 0; seed < 80; seed++) {
      const model = testModel(randomArch(seed), head, seed);
      const keep = drawLayers(model.arch.layers.length, seed);
      const ids = idsFor(model.arch, seed);
      const [cut, expected] = [statesOf(cutLayers(model, keep), ids), statesPassing(model, keep, ids)];
      const exactness = model.arch.bottleneck?.kind === "linear" && model.arch.bottleneck.merged ? 1e-5 : 0; // Products are rounded to float32.
      const scale = Math.max(...expected.map(Math.abs));
      expect(cut).toHaveLength(expected.length);
      expect(Math.max(...cut.map((value, i) => Math.abs(value - expected[i]!))), `seed ${seed}, keeps ${keep.join()}`).toBeLessThanOrEqual(exactness * scale);
    }
  });

  it("is the model itself where all layers stay", () => {
    for (let seed = 0; seed < 20; seed++) {
      const model = testModel(randomArch(seed), head, seed);
      const before = fingerprint(model.parameters.flat);
      const whole = cutLayers(model, [...model.arch.layers.keys()]);
      expect(fingerprint(whole.parameters.flat)).toBe(before);
      cutLayers(model, [0]);
      expect(fingerprint(model.parameters.flat)).toBe(before);
    }
  });

  it("gives parameters that layers share to the first of them that stays", () => {
    const arch = { ...uniformArch({ depth: 6, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 8 }), sharing: [0, 1, 0, 1, 4, 0] };
    expect(archOfLayers(arch, [2, 3, 5]).sharing).toEqual([0, 1, 0]);
    expect(archOfLayers(arch, [3, 4, 5])).not.toHaveProperty("sharing");
    const model = testModel(arch, head, 1);
    expect(cutLayers(model, [2, 3, 5]).parameters.view("layers.0.feedForward.up.weight")).toEqual(model.parameters.view("layers.0.feedForward.up.weight"));
    expect(cutLayers(model, [3, 4, 5]).parameters.view("layers.0.feedForward.up.weight")).toEqual(model.parameters.view("layers.1.feedForward.up.weight"));
  });

  it.each([[[]], [[3]], [[-1]], [[1, 0]], [[1, 1]], [[0.5]]])("refuses to keep layers %j of three", (keep) => {
    const model = testModel(uniformArch({ depth: 3, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 8 }), head, 0);
    expect(() => cutLayers(model, keep)).toThrow(expect.objectContaining({ code: "schubert-prune/bad-layers" }));
  });
});
