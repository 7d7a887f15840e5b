import { uniformArch } from "@bort/arch";
import { nativeBackend } from "@bort/backend-native";
import { onnxBackend } from "@bort/backend-onnx";
import { type ClassificationBatches, classificationBatches } from "@bort/data";
import * as op from "@bort/graph";
import { type Backend, type Feeds, type Float64Feeds, type Graph, type Node, evaluate, gradients, parametersOf, print, referenceBackend, topologicalOrder } from "@bort/graph";
import { afterAll, describe, expect, it } from "vitest";
import { chainBatches } from "./chain-batches.js";
import { classificationFeeds, classificationLossGraph } from "./classification.js";
import { DROPOUT_SEED, type DropoutRates, dropoutFeeds, dropoutOf } from "./dropout.js";
import { fingerprint } from "./fingerprint.js";
import { finetune } from "./finetune.js";
import { mlmFeeds, mlmLossGraph } from "./mlm.js";
import { type LossGraph } from "./gradient-graph.js";
import { type Model, createModel } from "./model.js";
import { type PretrainOptions, pretrain } from "./pretrain.js";
import { temporaryFolder } from "./temporary-folder.js";
import { archKinds, collect, filledModel, tinyTokenizer } from "./test-models.js";

const engines: Backend[] = [await onnxBackend({ threads: 1 })];
let absent = "";
try {
  const native = await nativeBackend({ threads: 2 });
  engines.push(native);
  afterAll(() => native.close());
} catch (error) {
  absent = ` (native skipped: ${(error as Error).message})`;
}

const at = temporaryFolder();
const everywhere: DropoutRates = { hidden: 0.1, attention: 0.2, classifier: 0.3 };
const shape = { batchSize: 3, sequenceLength: 8, maskedPerSequence: 2 };
const arch = uniformArch({ depth: 2, heads: 2, hidden: 8, intermediate: 12, vocabSize: 17, positions: 8, layerNormEps: 1e-5 });
const batch = chainBatches(17, shape, 1).at(0);
const labels = ["a", "b"];
const textArch = { ...arch, vocabSize: 261 };
const labelledTexts = async (): Promise<ClassificationBatches> => classificationBatches(
  [{ text: "ab", label: "a" }, { text: "ba", label: "b" }], { tokenizer: await tinyTokenizer(), labels, batchSize: 2, maxLength: 8, seed: 1, order: "sequential" });
const drawsIn = (graph: Graph): Node[] => topologicalOrder(Object.values(graph)).filter((node) => node.op === "uniform");
const dropped = (rate: number, size: readonly number[], seed: number): Float64Array =>
  evaluate([dropoutOf({ hidden: rate })("hidden", op.constant(1, size))], { [DROPOUT_SEED]: [seed] })[0]!;

describe("dropout", () => {
  it("leaves graphs as they are where the rates are 0", () => {
    expect(print(mlmLossGraph(arch, shape, { hidden: 0, attention: 0 }))).toBe(print(mlmLossGraph(arch, shape)));
    expect(drawsIn(mlmLossGraph(arch, shape, { classifier: 0.5 }))).toEqual([]);
    expect(dropoutFeeds({ hidden: 0 }, 1, 2)).toEqual({});
  });

  it("comes after words and the embeddings' sum, on attention's weights, after its projection, after each FFN, and before the classifier's maps", () => {
    const classifier = { arch, head: { kind: "classifier", labels } } as const;
    const shapesWith = (rates: DropoutRates): string[] => drawsIn(classificationLossGraph(classifier, 3, 8, { dropout: rates })).map((node) => node.shape.join()).sort();
    expect(shapesWith({ hidden: 0.1 })).toEqual(["24,8", "24,8", "24,8", "24,8", "3,8,8", "3,8,8"]);
    expect(shapesWith({ attention: 0.1 })).toEqual(["3,2,8,8", "3,2,8,8"]);
    expect(shapesWith({ classifier: 0.1 })).toEqual(["3,8", "3,8"]);
    const stacked = { ...archKinds["of MobileBERT"]!, vocabSize: 17 };
    expect(drawsIn(mlmLossGraph(stacked, shape, { hidden: 0.1 }))).toHaveLength(2 + (1 + 3) + (1 + 1));
  });

  it.each([0.1, 0.25, 0.5, 0.9])("keeps all but a share of %d, and the mean", (rate) => {
    const values = dropped(rate, [300, 200], 5);
    const count = values.length;
    const zeros = values.filter((value) => value === 0).length;
    expect(Math.abs(zeros - rate * count)).toBeLessThan(5 * Math.sqrt(rate * (1 - rate) * count));
    expect(values.every((value) => value === 0 || Math.abs(value - 1 / (1 - rate)) < 1e-5)).toBe(true);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    expect(Math.abs(mean - 1)).toBeLessThan(5 * Math.sqrt(rate / (1 - rate) / count));
  });

  it("draws anew at each place and for each seed, and the same for the same", () => {
    const places = (seed: number): string[] => {
      const drop = dropoutOf({ hidden: 0.5, attention: 0.5 });
      const nodes = [drop("hidden", op.constant(1, [64])), drop("attention", op.constant(1, [64])), drop("hidden", op.constant(1, [64]))];
      return evaluate(nodes, { [DROPOUT_SEED]: [seed] }).map(String);
    };
    expect(new Set([...places(1), ...places(1000)]).size).toBe(6);
    expect(places(1)).toEqual(places(1));
  });

  it("is fed a seed that depends on the run's seed and on the number of the batch", () => {
    const seedOf = (run: number, index: number): number => Number(dropoutFeeds(everywhere, run, index)[DROPOUT_SEED]![0]);
    const all = Array.from({ length: 100 }, (_, i) => seedOf(i >> 4, i & 15));
    expect(new Set(all).size).toBe(100);
    expect(all.every((seed) => seed >= 0 && seed < 2 ** 30)).toBe(true);
    expect(seedOf(3, 9)).toBe(seedOf(3, 9));
  });

  it.each(["mlm", "classifier"] as const)("has the gradient of the network that is left: %s", async (kind) => {
    const { model, graph, feeds } = await exampleOf(kind);
    const inputs = parametersOf(graph);
    const specs = model.parameters.specs.filter(({ name }) => inputs.has(name));
    const values = { ...model.parameters.views, ...feeds, [DROPOUT_SEED]: Int32Array.of(4) } as Float64Feeds;
    const slopes = evaluate(gradients(graph.loss, specs.map(({ name }) => inputs.get(name)!)), values);
    for (const [i, { name }] of specs.entries()) {
      const element = (7 * i) % slopes[i]!.length;
      const lossAt = (shift: number): number => {
        const moved = Float64Array.from(model.parameters.view(name));
        moved[element]! += shift;
        return evaluate([graph.loss], { ...values, [name]: moved })[0]![0]!;
      };
      expect(slopes[i]![element], name).toBeCloseTo((lossAt(1e-5) - lossAt(-1e-5)) / 2e-5, 6);
    }
  });

  it.each([{ hidden: 1 }, { hidden: -0.1 }, { attention: Number.NaN }, { classifier: 1 - 1e-9 }])("of %j is refused", async (rates) => {
    expect(() => dropoutOf(rates)).toThrow(expect.objectContaining({ code: "nn/bad-option" }));
    await expect(pretrain({ ...options(engines[0]!), dropout: rates }).next()).rejects.toMatchObject({ code: "nn/bad-option" });
  });
});

/** A model, its training loss on a batch, and the batch. */
async function exampleOf(kind: "mlm" | "classifier"): Promise<{ model: Model; graph: LossGraph; feeds: Feeds }> {
  if (kind === "mlm") return { model: filledModel(arch, { kind }), graph: mlmLossGraph(arch, shape, everywhere), feeds: mlmFeeds(batch) };
  const model = filledModel(textArch, { kind, labels });
  const examples = (await labelledTexts()).at(0);
  return { model, graph: classificationLossGraph(model, 2, examples.length, { dropout: everywhere }), feeds: classificationFeeds(examples, model.head) };
}

const options = (backend: Backend): PretrainOptions => ({
  backend, arch, shape, steps: 6, learningRate: 1e-2, train: chainBatches(17, shape, 1), validation: [chainBatches(17, shape, 7).at(0)], dropout: everywhere, evaluateEvery: 100,
});
const trained = async (backend: Backend, changed: Partial<PretrainOptions> = {}): Promise<string> =>
  fingerprint((await collect(pretrain({ ...options(backend), ...changed }))).result.model.parameters.flat);

describe.each(engines.map((backend) => [backend.name, backend] as const))(`training with dropout on %s${absent}`, (_, backend) => {
  it("drops what the reference drops", async () => {
    const drop = dropoutOf(everywhere);
    const x = op.parameter("x", [4, 3, 33]);
    const graph = { y: drop("hidden", x), z: drop("attention", op.softmax(op.matmul(x, op.parameter("unit", [33, 33])))) };
    const feeds = { x: Float32Array.from({ length: 396 }, (_, i) => 1 + Math.sin(i)), unit: Float32Array.from({ length: 33 * 33 }, (_, i) => Number(i % 34 === 0)), [DROPOUT_SEED]: Int32Array.of(11) };
    const [program, slow] = [await backend.compile(graph), await referenceBackend().compile(graph)];
    const [outputs, wanted] = [await program.run(feeds), await slow.run(feeds)];
    for (const name of ["y", "z"]) {
      const [found, right] = [outputs[name]!.data as Float32Array, wanted[name]!.data as Float32Array];
      expect([...found].map((value) => value === 0)).toEqual([...right].map((value) => value === 0));
      found.forEach((value, i) => expect(value).toBeCloseTo(right[i]!, 5));
    }
    await program.dispose();
  });

  it("gives the same bits for the same seed over 50 steps, and others for another seed, another rate or none", async () => {
    const first = await trained(backend, { steps: 50 });
    expect(await trained(backend, { steps: 50 })).toBe(first);
    const short = await trained(backend, { steps: 3 });
    for (const changed of [{ seed: 1 }, { dropout: { ...everywhere, hidden: 0.2 } }, { dropout: {} }]) expect(await trained(backend, { steps: 3, ...changed })).not.toBe(short);
  });

  it("drops the same where layers are computed again: the same bits", async () => {
    expect(await trained(backend, { recompute: true })).toBe(await trained(backend));
  });

  it("equals the same run interrupted and resumed, bit for bit, with several batches a step", async () => {
    const changed = { accumulate: 2 };
    const whole = await trained(backend, changed);
    for (const last of [1, 4]) {
      const checkpoint = { folder: at(`${backend.name}-${last}`), every: 100, resume: true };
      const controller = new AbortController();
      const first = pretrain({ ...options(backend), ...changed, checkpoint, signal: controller.signal });
      for (let next = await first.next(); next.done !== true; next = await first.next()) if (next.value.type === "step" && next.value.step === last) controller.abort();
      expect(await trained(backend, { ...changed, checkpoint })).toBe(whole);
      await expect(trained(backend, { ...changed, checkpoint, dropout: { ...everywhere, attention: 0 } })).rejects.toMatchObject({ code: "nn/other-run", message: expect.stringContaining("dropout.attention") });
    }
  });
});

it("follows ONNX Runtime to 1e-4 on the native engine", async () => {
  const losses = await Promise.all(engines.map(async (backend) => (await collect(pretrain({ ...options(backend), steps: 20 }))).events.flatMap((event) => (event.type === "step" ? [event.loss] : []))));
  losses[0]!.forEach((loss, step) => expect(Math.abs(loss - losses.at(-1)![step]!)).toBeLessThan(1e-4));
});

it("evaluates without dropout, and fine-tunes with it", async () => {
  const train = await labelledTexts();
  const model = createModel(textArch, { kind: "mlm" }, 3);
  const graphs: Graph[] = [];
  const backend: Backend = { ...engines[0]!, compile: (graph) => (graphs.push(graph), engines[0]!.compile(graph)) };
  const { result } = await collect(finetune({ backend, model, labels, train, batchSize: 2, validation: [train.at(0)], steps: 2, dropout: everywhere }));
  expect(result.summary.steps).toBe(2);
  const [training, evaluating] = [graphs.filter((graph) => "loss" in graph), graphs.filter((graph) => "logits" in graph)];
  expect(training.length > 0 && training.every((graph) => drawsIn(graph).length === 2 + 3 * 2 + 2)).toBe(true);
  expect(evaluating.length > 0 && evaluating.every((graph) => drawsIn(graph).length === 0)).toBe(true);
});
