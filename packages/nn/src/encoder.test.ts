import { type EncoderArch, type Heads, type PresetName, flops, maxSequence, presetNamed, presets, uniformArch } from "@bort/arch";
import { type Feeds, type Graph, type Node, evaluate, gradients, parameter, parametersOf, sizeOf, topologicalOrder } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { randomArch } from "../../arch/src/random-arch.js";
import { classificationLossGraph } from "./classification.js";
import { encoder, encoderTaps } from "./encoder.js";
import { classifierHead } from "./heads.js";
import { inferenceGraph } from "./export-onnx.js";
import { hfTensors } from "./hf-names.js";
import { mlmLossGraph, mlmNodes } from "./mlm.js";
import { type Model, createModel } from "./model.js";
import { type ModelHead, modelParameters } from "./parameter-spec.js";
import { ParameterStore, parameterNodes } from "./parameter-store.js";
import { type GoldenNetwork, archKinds, filledModel, golden, logitsOf } from "./test-models.js";

const mlm = { kind: "mlm" } as const;
const classifier = (labels: number): ModelHead => ({ kind: "classifier", labels: Array.from({ length: labels }, (_, i) => `label ${i}`) });

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

const archs: [string, EncoderArch][] = [
  ...(Object.keys(presets) as PresetName[]).map((name): [string, EncoderArch] => [name, presetNamed(name)]),
  ...Object.entries(archKinds),
  ...Array.from({ length: 40 }, (_, seed): [string, EncoderArch] => [`random ${seed}`, randomArch(seed)]),
];

describe.each(archs)("the graphs of %s", (_, arch) => {
  const plain = withoutPooler(arch);
  const [batchSize, sequenceLength, maskedPerSequence] = [3, Math.min(8, maxSequence(arch)), 2];

  it("multiply as often as the calculator says", () => {
    const heads: Heads = { mlm: {} };
    const options = { batch: batchSize, sequence: sequenceLength };
    const { logits } = mlmNodes(arch, { batchSize, sequenceLength, maskedPerSequence });
    expect(productFlops({ logits })).toBe(flops(plain, { ...options, heads, maskedPositions: maskedPerSequence }).total);
    expect(productFlops(inferenceGraph({ arch, head: mlm }, batchSize, sequenceLength))).toBe(flops(plain, { ...options, heads }).total);
    expect(productFlops(inferenceGraph({ arch, head: classifier(5) }, batchSize, sequenceLength))).toBe(flops(plain, { ...options, heads: { classifier: { labels: 5 } } }).total);
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

const tiny = { ids: [[0, 7, 19, 4], [5, 4, 13, 22]] };

/** A copy of a model with other values for some of its parameters. */
function withValues<M extends Model>(model: M, values: Readonly<Record<string, ArrayLike<number>>>): M {
  const parameters = new ParameterStore(model.parameters.specs);
  for (const { name } of parameters.specs) parameters.view(name).set(values[name] ?? model.parameters.view(name));
  return { ...model, parameters };
}

describe("linear bottlenecks", () => {
  const narrow = archKinds["with linear bottlenecks"]!;
  const square = { ...narrow, layers: narrow.layers.map((layer) => ({ ...layer, width: narrow.hiddenSize })) };
  const plain = archKinds["plain"]!;
  const without: EncoderArch = { ...plain, layers: [...plain.layers, plain.layers[0]!] };

  it.each([false, true])("as wide as the encoder begin as nothing at all: merged %s", (merged) => {
    const bare = createModel(without, mlm, 1);
    const fresh = createModel({ ...square, bottleneck: { kind: "linear", merged } }, mlm, 1);
    const added = fresh.parameters.specs.map(({ name }) => name).filter((name) => name.includes("bottleneck"));
    expect(added).toHaveLength(merged ? 8 : 12);
    expect(logitsOf(fresh, tiny)).toEqual(logitsOf(bare, tiny));
    const stretched = withValues(fresh, { [added[0]!]: fresh.parameters.view(added[0]!).map((x) => 2 * x) });
    expect(logitsOf(stretched, tiny)).not.toEqual(logitsOf(bare, tiny));
  });

  it("of other widths begin with the first columns or rows of the identity", () => {
    const { parameters } = createModel(narrow, mlm, 1);
    const rows = (name: string, columns: number): number[][] => {
      const values = [...parameters.view(name)];
      return Array.from({ length: values.length / columns }, (_, i) => values.slice(i * columns, (i + 1) * columns));
    };
    const identity = Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (__, j) => Number(i === j)));
    expect(rows("layers.1.bottleneck.input.weight", 8)).toEqual(identity.slice(0, 5));
    expect(rows("layers.1.bottleneck.output.weight", 5)).toEqual(identity.map((row) => row.slice(0, 5)));
    expect(rows("layers.2.bottleneck.input.weight", 8)).toEqual([...identity, ...[0, 0, 0].map(() => Array<number>(8).fill(0))]);
  });

  it("merge into the products of their matrices", () => {
    const unmerged = filledModel(narrow, mlm);
    const values = unmerged.parameters;
    const merged: Record<string, number[]> = {};
    for (const [i, width] of [[1, 5], [2, 11]] as const) {
      const from = narrow.layers[i - 1]!.width!;
      const [input, output] = [values.view(`layers.${i}.bottleneck.input.weight`), values.view(`layers.${i - 1}.bottleneck.output.weight`)];
      const outputBias = values.view(`layers.${i - 1}.bottleneck.output.bias`);
      // W = W_in W_out, b = W_in b_out + b_in
      const product = (row: number, right: (k: number) => number): number => Array.from({ length: 8 }, (_, k) => input[8 * row + k]! * right(k)).reduce((sum, x) => sum + x);
      merged[`layers.${i}.bottleneck.input.weight`] = Array.from({ length: width * from }, (_, j) => product(Math.floor(j / from), (k) => output[k * from + (j % from)]!));
      merged[`layers.${i}.bottleneck.input.bias`] = [...values.view(`layers.${i}.bottleneck.input.bias`)].map((bias, row) => bias + product(row, (k) => outputBias[k]!));
    }
    const model = createModel({ ...narrow, bottleneck: { kind: "linear", merged: true } }, mlm, 1);
    const logits = logitsOf(withValues(model, { ...values.views, ...merged }), tiny);
    const expected = logitsOf(unmerged, tiny);
    logits.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6)); // the products are rounded to float32
  });
});

describe("layers that share parameters", () => {
  it("are those of a model that has them several times", () => {
    const arch = archKinds["with shared layers"]!;
    const { sharing, ...unshared } = arch;
    const shared = filledModel(arch, mlm);
    const copies = createModel(unshared, mlm, 1);
    const values = copies.parameters.specs.map(({ name }) =>
      [name, shared.parameters.view(name.replace(/^layers\.(\d+)/, (_, index) => `layers.${sharing![Number(index)]}`))] as const);
    expect(logitsOf(shared, tiny)).toEqual(logitsOf(withValues(copies, Object.fromEntries(values)), tiny));
  });
});

describe.each(Object.entries(archKinds))("gradients of an encoder %s", (_, arch) => {
  const { loss } = mlmLossGraph(arch, { batchSize: 2, sequenceLength: 4, maskedPerSequence: 1 });
  const { parameters } = filledModel(arch, mlm);
  const batch = { ids: tiny.ids.flat(), positions: [2, 4], labels: [8, 15], weights: [1, 1] };
  const values: Readonly<Record<string, Float64Array>> = Object.fromEntries(parameters.specs.map(({ name }) => [name, Float64Array.from(parameters.view(name))]));

  it("are the slopes of the loss along a direction in each parameter", () => {
    const inputs = parametersOf({ loss });
    const slopes = evaluate(gradients(loss, parameters.specs.map(({ name }) => inputs.get(name)!)), { ...values, ...batch });
    parameters.specs.forEach(({ name }, at) => {
      const direction = values[name]!.map((__, i) => Math.cos(1.3 * i + at));
      const moved = (by: number): number => evaluate([loss], { ...values, ...batch, [name]: values[name]!.map((value, i) => value + by * direction[i]!) })[0]![0]!;
      const expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
      const actual = slopes[at]!.reduce((sum, slope, i) => sum + slope * direction[i]!, 0);
      expect(Math.abs(actual - expected), name).toBeLessThan(1e-8 + 1e-5 * Math.abs(expected));
    });
  });
});

describe("encoderTaps", () => {
  it.each(Object.entries(archKinds))("are what the encoder computes on the way: %s", (_, arch) => {
    const parameters = parameterNodes(modelParameters(arch, mlm));
    const ids = parameter("ids", [2, 5], "i32");
    const inputs = { ids, mask: parameter("mask", [2, 5]) };
    const { states, attentions } = encoderTaps(arch, parameters, inputs);
    expect([states.length, attentions.length]).toEqual([arch.layers.length + 1, arch.layers.length]);
    const model = createModel(arch, mlm, 1, 0.4);
    const all = { ...model.parameters.views, ids: [1, 7, 9, 3, 30, 2, 2, 5, 0, 4], mask: [1, 1, 1, 1, 1, 1, 1, 1, 0, 0] };
    const [last, whole] = evaluate([states.at(-1)!, encoder(arch, parameters, inputs)], all);
    expect(last).toEqual(whole);
    attentions.forEach(({ scores, weights, value, context }, layer) => {
      const { heads, valueSize } = arch.layers[layer]!;
      const [score, weight, v, mixed] = evaluate([scores, weights, value, context], all) as [Float64Array, Float64Array, Float64Array, Float64Array];
      const [batch, head, place] = [1, heads - 1, 2];
      const at = ((batch * heads + head) * 5 + place) * 5;
      const row = weight.subarray(at, at + 5);
      const sum = score.subarray(at, at + 5).reduce((total, x) => total + Math.exp(x), 0);
      row.forEach((w, i) => expect(w).toBeCloseTo(Math.exp(score[at + i]!) / sum, 10));
      expect([...row.subarray(3)]).toEqual([0, 0]);
      const column = head * valueSize;
      const expected = row.reduce((total, w, i) => total + w * v[(batch * 5 + i) * heads * valueSize + column]!, 0);
      expect(mixed[(batch * 5 + place) * heads * valueSize + column]).toBeCloseTo(expected, 10);
    });
  });
});
