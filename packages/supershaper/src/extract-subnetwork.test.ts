import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EncoderArch, parameterCount, superShaperArch, uniformArch } from "@bort/arch";
import { trainByteLevelBpe } from "@bort/data";
import { evaluate } from "@bort/graph";
import { createModel, evaluateMlm, inferenceGraph, loadMlmModel, type MlmModel, mlmLossGraph, saveModel } from "@bort/nn";
import { onnxBackend } from "@bort/backend-onnx";
import { evaluatePairwiseSum } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { backboneOf, isBackbone } from "./backbone.js";
import { extractSubnetwork } from "./extract-subnetwork.js";
import { parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";
import { wholeGraph } from "./whole-graph.js";
import { testBatch, testFeeds, testFrame, testSupernet, unusualArchs } from "./test-supernets.js";

const supernet = testSupernet();
const feeds = testFeeds(1);
const lossOf = ({ arch, parameters }: MlmModel): number => evaluate([mlmLossGraph(arch, testBatch).loss], { ...parameters.views, ...feeds })[0]![0]!;
const elements = (model: MlmModel): number => model.parameters.specs.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);

describe("backboneOf", () => {
  it.each<[string, EncoderArch]>([
    ["a plain one", uniformArch({ depth: 2, heads: 3, hidden: 24, intermediate: 40, vocabSize: 40, positions: 16 })], ...Object.entries(unusualArchs),
  ])("computes exactly what the model does, which stays as it was: %s", (_, arch) => {
    const model = createModel(arch, { kind: "mlm" }, 4, 0.3);
    const before = model.parameters.flat.slice();
    expect(lossOf(backboneOf(model))).toBe(lossOf(model));
    expect(model.parameters.flat).toEqual(before);
    const { logits } = inferenceGraph(backboneOf(model), 3, 7);
    const { logits: own } = inferenceGraph(model, 3, 7);
    const inputs = { input_ids: Array.from(feeds["ids"]!, Number), attention_mask: Array.from({ length: 21 }, () => 1) };
    expect(evaluate([logits!], { ...backboneOf(model).parameters.views, ...inputs })).toEqual(evaluate([own!], { ...model.parameters.views, ...inputs }));
  });

  it("takes a classifier as well, with its head", () => {
    const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 8, vocabSize: 40, positions: 16 });
    const classifier = createModel(arch, { kind: "classifier", labels: ["no", "yes"] }, 4, 0.3);
    expect(backboneOf(classifier).head).toEqual(classifier.head);
    expect(backboneOf(classifier).parameters.view("classifier.output.weight")).toEqual(classifier.parameters.view("classifier.output.weight"));
  });

  it.each([
    ["bottlenecks already", superShaperArch([24, 24])],
    ["heads of layer 1 that are not 8 wide", { ...uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 8, vocabSize: 40, positions: 8 }), layers: [{ heads: 2, keySize: 2, valueSize: 4, intermediateSize: 8 }] }],
  ])("refuses %s", (told, arch) => {
    const model = { arch, head: { kind: "mlm" }, parameters: supernet.parameters } as const;
    expect(() => backboneOf(model)).toThrow(expect.objectContaining({ code: "supershaper/bad-backbone", message: expect.stringContaining(told) }));
  });
});

describe("extractSubnetwork", () => {
  const shapes = [[24, 24, 24], [4, 4, 4], [8, 24, 12], [2, 20, 6]];

  it.each(shapes.flatMap((shape) => (["prefix", "heads"] as const).map((slicing) => [slicing, shape] as const)))("computes what the slice by %s computes: %o", (slicing, shape) => {
    const { loss } = wholeGraph(testFrame(supernet, { slicing }), shape);
    const expected = evaluate([loss], { ...supernet.parameters.views, ...feeds })[0]![0]!;
    expect(lossOf(extractSubnetwork(supernet, shape, { slicing, merge: false }))).toBe(expected);
    const merged = extractSubnetwork(supernet, shape, { slicing });
    expect(Math.abs(lossOf(merged) - expected)).toBeLessThan(1e-5);
    expect(merged.arch.layers.map(({ width }) => width)).toEqual(shape);
  });

  it.each(Object.entries(unusualArchs))("computes what the slice computes, and has the parameters that its space counts: %s", (_, arch) => {
    const unusual = testSupernet(arch);
    const [{ heads, intermediateSize }] = arch.layers as [EncoderArch["layers"][number]];
    const space = new ShapeSpace({ layers: 3, widths: [2, 6, 14, 24], hidden: 24, heads, intermediate: intermediateSize, frame: arch });
    const parameters = parameterSum(space, { heads: { mlm: {} } });
    for (const shape of [[6, 24, 14], [24, 24, 24], [2, 2, 6]]) {
      const expected = evaluate([wholeGraph(testFrame(unusual), shape).loss], { ...unusual.parameters.views, ...feeds })[0]![0]!;
      expect(lossOf(extractSubnetwork(unusual, shape, { merge: false }))).toBe(expected);
      const merged = extractSubnetwork(unusual, shape);
      expect(Math.abs(lossOf(merged) - expected)).toBeLessThan(1e-5);
      expect(merged.arch).toEqual(space.arch(shape));
      expect(evaluatePairwiseSum(parameters, shape)).toBe(elements(merged));
    }
  });

  it("slices otherwise where heads are kept together", () => {
    const losses = (["prefix", "heads"] as const).map((slicing) => lossOf(extractSubnetwork(supernet, [8, 8, 8], { slicing })));
    expect(losses[0]).not.toBeCloseTo(losses[1]!, 4);
  });

  it("is smaller once merged, by the count of @bort/arch", () => {
    const [apart, merged] = [false, true].map((merge) => extractSubnetwork(supernet, [8, 24, 12], { merge }));
    expect(elements(merged!)).toBe(parameterCount(merged!.arch, { heads: { mlm: {} } }).total);
    expect(elements(merged!)).toBeLessThan(elements(apart!));
  });

  it("reloads from a folder, and computes alike on an engine", async () => {
    const tokenizer = await trainByteLevelBpe(["abc"], { vocabSize: 261 });
    const arch = uniformArch({ depth: 2, heads: 2, hidden: 16, intermediate: 16, vocabSize: 261, positions: 16, padTokenId: tokenizer.special.pad });
    const model = extractSubnetwork(backboneOf(createModel(arch, { kind: "mlm" }, 1, 0.3)), [8, 12]);
    const folder = mkdtempSync(join(tmpdir(), "bort-sub-"));
    try {
      saveModel(folder, { model, tokenizer });
      const loaded = loadMlmModel(folder).model;
      const batch = { ids: new Int32Array(21).fill(70), positions: Int32Array.of(1, 3, 8, 9, 15, 16), labels: Int32Array.of(5, 6, 7, 8, 9, 10), weights: new Float32Array(6).fill(1) };
      const backend = await onnxBackend({ threads: 1 });
      expect(await evaluateMlm(backend, loaded, testBatch, [batch])).toEqual(await evaluateMlm(backend, model, testBatch, [batch]));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([[[24, 24]], [[24, 24, 25]], [[24, 24, 26]], [[24, 24, 0]], [[24, 24, Number.NaN]]])("refuses the shape %o", (shape) => {
    expect(() => extractSubnetwork(supernet, shape)).toThrow(expect.objectContaining({ code: "supershaper/bad-shape" }));
  });

  it("refuses a model that is no backbone", () => {
    const plain = createModel(uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 8, vocabSize: 40, positions: 8 }), { kind: "mlm" }, 1);
    expect(() => extractSubnetwork(plain, [8])).toThrow(expect.objectContaining({ code: "supershaper/bad-backbone" }));
  });

  const { layers } = supernet.arch;
  it.each<[string, Partial<EncoderArch>]>([
    ["whose heads are fewer than those of a backbone", { layers: layers.map((layer) => ({ ...layer, heads: 1 })) }],
    ["whose keys are narrower", { layers: layers.map((layer) => ({ ...layer, keySize: 6 })) }],
    ["whose values are narrower in one layer", { layers: layers.map((layer, i) => (i === 1 ? { ...layer, valueSize: 6 } : layer)) }],
    ["of other heads in one layer", { layers: layers.map((layer, i) => (i === 2 ? { ...layer, heads: 4, keySize: 6, valueSize: 6 } : layer)) }],
    ["whose FFNs differ", { layers: layers.map((layer, i) => ({ ...layer, intermediateSize: 20 - 4 * i })) }],
    ["of stacked FFNs", { layers: layers.map((layer) => ({ ...layer, feedForwards: 2 })) }],
    ["of a narrower layer", { layers: layers.map((layer, i) => (i === 0 ? { ...layer, width: 8 } : layer)) }],
    ["whose layers share", { sharing: [0, 1, 0] }],
    ["whose bottlenecks are merged", { bottleneck: { kind: "linear", merged: true } }],
  ])("refuses a network with bottlenecks that is no super-network, %s", (_, changes) => {
    const arch = { ...supernet.arch, ...changes };
    expect([isBackbone(supernet.arch), isBackbone(arch)]).toEqual([true, false]);
    expect(() => extractSubnetwork({ ...supernet, arch }, [8, 8, 8])).toThrow(expect.objectContaining({ code: "supershaper/bad-backbone" }));
  });
});
