import { type EncoderArch, type Heads, type PresetName, flops, presetNamed, presets, uniformArch } from "@bort/arch";
import { random } from "@bort/data";
import { type Feeds, type Graph, type Node, evaluate, gradients, parameter, parametersOf, sizeOf, topologicalOrder } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { classificationLossGraph } from "./classification.js";
import { classifierHead, encoder } from "./encoder.js";
import { inferenceGraph } from "./export-onnx.js";
import { hfTensors } from "./hf-names.js";
import { mlmLossGraph, mlmNodes } from "./mlm.js";
import { type Model } from "./model.js";
import { type ModelHead, modelParameters } from "./parameter-spec.js";
import { parameterNodes } from "./parameter-store.js";
import { type GoldenNetwork, filledModel, golden } from "./test-models.js";

const mlm = { kind: "mlm" } as const;
const classifier = (labels: number): ModelHead => ({ kind: "classifier", labels: Array.from({ length: labels }, (_, i) => `label ${i}`) });

/** Logits by the graph that is exported, at every place. */
function logitsOf({ arch, head, parameters }: Model, { ids, mask }: { readonly ids: readonly (readonly number[])[]; readonly mask?: readonly (readonly number[])[] }): number[] {
  const [batch, sequence] = [ids.length, ids[0]!.length];
  const { logits } = inferenceGraph({ arch, head }, batch, sequence);
  const feeds = { ...parameters.views, input_ids: ids.flat(), attention_mask: mask?.flat() ?? ids.flat().map(() => 1) };
  return [...evaluate([logits!], feeds)[0]!];
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!) / (1e-3 + Math.abs(expected[i]!))));
  expect(worst).toBeLessThan(1e-6);
}

/** Loss and gradients against the stored ones, tensor by tensor under Hugging Face's names. */
function expectLossAndGradients({ arch, head, parameters }: Model, loss: Node, batch: Record<string, ArrayLike<number>>, expected: GoldenNetwork): void {
  const inputs = parametersOf({ loss });
  const names = parameters.specs.map(({ name }) => name);
  const [value, ...slopes] = evaluate([loss, ...gradients(loss, names.map((name) => inputs.get(name)!))], { ...parameters.views, ...batch });
  expect(value![0]).toBeCloseTo(expected.loss, 8);
  const tensors = hfTensors(arch, head);
  expect(tensors.map(({ hfName }) => hfName).sort()).toEqual(Object.keys(expected.gradients).sort());
  for (const { hfName, parameter: name, offset, shape } of tensors) {
    const slope = slopes[names.indexOf(name)]!.subarray(offset, offset + sizeOf(shape));
    const projected = slope.reduce((sum, g, i) => sum + g * Math.cos(0.3 * i), 0);
    const squared = slope.reduce((sum, g) => sum + g * g, 0);
    const scale = 1e-6 * (1 + Math.abs(projected));
    expect(Math.abs(projected - expected.gradients[hfName]![0]), hfName).toBeLessThan(scale);
    expect(Math.abs(squared - expected.gradients[hfName]![1]), hfName).toBeLessThan(scale);
  }
}

describe("encoder with the MLM head", () => {
  it.each(["bertMlm", "robertaMlm"] as const)("equals transformers: %s", (name) => {
    const expected = golden[name];
    const model = filledModel(uniformArch(expected.arch), mlm);
    expectClose(logitsOf(model, expected), expected.logits);
    // A sixth, unused slot on the first place must count nothing.
    const slots = [...expected.masked, [0, 3]];
    const { loss } = mlmLossGraph(model.arch, { batchSize: 2, sequenceLength: 6, maskedPerSequence: 3 });
    expectLossAndGradients(model, loss, { ids: expected.ids.flat(), positions: slots.map(([place]) => place!), labels: slots.map(([, label]) => label!), weights: [1, 1, 1, 1, 1, 0] }, expected);
  });
});

describe("encoder with the classifier, rows padded", () => {
  it.each(["bertClassifier", "robertaClassifier", "heterogeneous"] as const)("equals an independent implementation: %s", (name) => {
    const expected = golden[name];
    const arch = "layers" in expected.arch ? expected.arch : uniformArch(expected.arch);
    const head = classifier(expected.logits.length / 3) as Extract<ModelHead, { kind: "classifier" }>;
    const model = filledModel(arch, head);
    expectClose(logitsOf(model, expected), expected.logits);
    const { loss } = classificationLossGraph({ arch, head }, 3, 6);
    expectLossAndGradients(model, loss, { ids: expected.ids.flat(), mask: expected.mask.flat(), labels: expected.labels, weights: [1, 1, 1] }, expected);
  });

  it("reads nothing of the padding", () => {
    const { arch, ids, mask } = golden.bertClassifier;
    const model = filledModel(uniformArch(arch), classifier(3));
    const other = ids.map((row, i) => row.map((id, j) => (mask[i]![j] === 1 ? id : 20)));
    expect(other).not.toEqual(ids);
    expectClose(logitsOf(model, { ids: other, mask }), logitsOf(model, { ids, mask }));
  });
});

/** 2 x MACs of the products in a graph. */
function productFlops(graph: Graph): number {
  return topologicalOrder(Object.values(graph)).reduce((sum, node) => {
    if (node.op === "linear") return sum + 2 * sizeOf(node.shape) * node.inputs[0]!.shape.at(-1)!;
    if (node.op === "matmul") return sum + 2 * sizeOf(node.shape) * node.inputs[0]!.shape.at(node.attrs.transposeA ? -2 : -1)!;
    return sum;
  }, 0);
}

/** What the graphs hold of an architecture: everything but its pooler. */
const withoutPooler = (arch: EncoderArch): EncoderArch => ({ ...arch, pooler: false });

function randomArch(seed: number): EncoderArch {
  const rng = random(seed, "arch");
  const size = (most: number): number => 1 + rng.integer(most);
  return {
    ...uniformArch({ depth: 1, heads: 1, hidden: size(40), intermediate: 1, vocabSize: 5 + size(90), positions: 8 + size(9), tokenTypes: rng.integer(3) }),
    layers: Array.from({ length: size(4) }, () => ({ heads: size(5), keySize: size(9), valueSize: size(9), intermediateSize: size(50) })),
  };
}

const archs: [string, EncoderArch][] = [
  ...(Object.keys(presets) as PresetName[]).map((name): [string, EncoderArch] => [name, presetNamed(name)]),
  ...Array.from({ length: 20 }, (_, seed): [string, EncoderArch] => [`random ${seed}`, randomArch(seed)]),
];

describe.each(archs)("the graphs of %s", (_, arch) => {
  const plain = withoutPooler(arch);
  const [batchSize, sequenceLength, maskedPerSequence] = [3, 8, 2];

  it("multiply as often as the calculator says", () => {
    const heads: Heads = { mlm: {} };
    const options = { batch: batchSize, sequence: sequenceLength };
    const { logits } = mlmNodes(arch, { batchSize, sequenceLength, maskedPerSequence });
    expect(productFlops({ logits })).toBe(flops(plain, { ...options, heads, maskedPositions: maskedPerSequence }));
    expect(productFlops(inferenceGraph({ arch, head: mlm }, batchSize, sequenceLength))).toBe(flops(plain, { ...options, heads }));
    expect(productFlops(inferenceGraph({ arch, head: classifier(5) }, batchSize, sequenceLength))).toBe(flops(plain, { ...options, heads: { classifier: { labels: 5 } } }));
  });

  it("read every parameter of their model and no other", () => {
    for (const head of [mlm, classifier(2)]) {
      const inputs = [...parametersOf(inferenceGraph({ arch, head }, 2, 5)).keys()].filter((name) => !["input_ids", "attention_mask"].includes(name));
      expect(inputs.sort()).toEqual(modelParameters(arch, head).map(({ name }) => name).sort());
    }
  });
});

describe("encoder", () => {
  const arch = uniformArch({ depth: 1, heads: 2, hidden: 4, intermediate: 4, vocabSize: 11, positions: 8, positionOffset: 2, padTokenId: 1 });
  const head = classifier(2);
  const nodes = parameterNodes(modelParameters(arch, head));
  const build = (sequence: number): Node => encoder(arch, nodes, { ids: parameter("ids", [2, sequence], "i32") });

  it("gives states for every token, as many as it has positions for", () => {
    expect(build(6)).toMatchObject({ dtype: "f32", shape: [12, 4] });
    expect(classifierHead(arch, nodes, build(6), 2).shape).toEqual([2, 2]);
    expect(() => build(7)).toThrow(expect.objectContaining({ code: "nn/sequence-too-long" }));
  });

  it("without a mask is that with a mask of ones", () => {
    const feeds: Feeds = filledModel(arch, head).parameters.views;
    const masked = encoder(arch, nodes, { ids: parameter("ids", [2, 3], "i32"), mask: parameter("mask", [2, 3]) });
    const [a, b] = evaluate([build(3), masked], { ...feeds, ids: [0, 5, 2, 0, 9, 2], mask: [1, 1, 1, 1, 1, 1] });
    expectClose([...a!], [...b!]);
  });
});
