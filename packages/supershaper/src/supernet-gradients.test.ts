import { nativeBackend } from "@bort/backend-native";
import { onnxBackend } from "@bort/backend-onnx";
import { type Backend, evaluate, type Feeds, type Node, parameter, parametersOf, referenceBackend, sharePrograms, slopeName } from "@bort/graph";
import { DROPOUT_SEED, type MlmModel } from "@bort/nn";
import { afterAll, describe, expect, it } from "vitest";
import { SHAPES, SupernetGradients } from "./supernet-gradients.js";
import { embeddingGraph, headGraph, type InPlaceDistillation, layerGraph, type StageFrame } from "./supernet-stages.js";
import { testBatch, testFeeds, testFrame, testSupernet, unusualArchs } from "./test-supernets.js";
import { type InPlaceTeacher, wholeGraph, withGradients } from "./whole-graph.js";

const supernet = testSupernet();
const [largest, smallest, mixed] = [[24, 24, 24], [4, 4, 4], [8, 24, 12]] as const;
/** What is no padding: 5 of 7 places of each sequence. */
const mask = Float32Array.from({ length: 21 }, (_, i) => Number(i % 7 < 5));

/** The gradient of the model's whole graph, beside that of its teacher, in float64, by the names of its parameters. */
async function wholeGradient(
  frame: StageFrame, shape: readonly number[], feeds: Feeds, { model: { parameters } = supernet, teacher }: { readonly model?: MlmModel; readonly teacher?: InPlaceTeacher } = {},
): Promise<{ loss: number; of: Map<string, Float32Array> }> {
  const names = parameters.specs.map(({ name }) => name);
  const graph = withGradients(wholeGraph(frame, shape, teacher), names);
  const all = { ...parameters.views, ...feeds };
  const outputs = await (await referenceBackend().compile(graph)).run(Object.fromEntries([...parametersOf(graph).keys()].map((name) => [name, all[name]!])));
  return { loss: Number(outputs["loss"]!.data[0]), of: new Map(names.map((name) => [name, outputs[slopeName(name)]!.data as Float32Array])) };
}

async function staged(backend: Backend, frame: StageFrame, feeds: Feeds, distillation?: InPlaceDistillation): Promise<{ metrics: Record<string, number>; of: Map<string, Float32Array> }> {
  const source = new SupernetGradients({ backend, supernet, frame, ...(distillation !== undefined && { distillation }) });
  const metrics = await source.run([{ feeds }]);
  const of = gradientsOf(source);
  await source.dispose();
  return { metrics, of };
}

function expectClose(found: Map<string, Float32Array>, expected: ReadonlyMap<string, Float32Array>, digits = 5): void {
  for (const [name, values] of expected) {
    const scale = Math.max(1e-3, ...values.map(Math.abs));
    for (const [i, value] of values.entries()) expect(found.get(name)![i]! / scale, `${name}[${i}]`).toBeCloseTo(value / scale, digits);
  }
}

const gradientsOf = ({ gradients }: SupernetGradients): Map<string, Float32Array> => new Map(gradients.specs.map(({ name }) => [name, gradients.view(name).slice()]));
const scaled = (all: ReadonlyMap<string, Float32Array>, factor: number): Map<string, Float32Array> => new Map([...all].map(([name, values]) => [name, values.map((value) => factor * value)]));
const sumOf = (all: readonly Map<string, Float32Array>[]): Map<string, Float32Array> =>
  new Map([...all[0]!].map(([name, values]) => [name, values.map((_, i) => all.reduce((sum, each) => sum + each.get(name)![i]!, 0))]));

const onnx = await onnxBackend({ threads: 1 });
const native = await nativeBackend({ threads: 2 }).catch(() => undefined);
afterAll(async () => native?.close());

describe("SupernetGradients", () => {
  it.each([
    ["prefix", largest], ["prefix", smallest], ["prefix", mixed], ["heads", mixed], ["heads", smallest],
  ] as const)("gives the gradient of the whole network, sliced by %s to %o", async (slicing, shape) => {
    const frame = testFrame(supernet, { slicing });
    const feeds = testFeeds(1);
    const expected = await wholeGradient(frame, shape, feeds);
    for (const backend of [onnx, ...(native === undefined ? [] : [native])]) {
      const { metrics, of } = await staged(backend, frame, { ...feeds, [SHAPES]: Int32Array.from(shape) });
      expect(metrics["loss"]).toBeCloseTo(expected.loss, 5);
      expectClose(of, expected.of, 4);
    }
  });

  it.each(Object.entries(unusualArchs))("gives it for encoders that are no plain BERT: %s", async (_, arch) => {
    const unusual = testSupernet(arch);
    const frame = testFrame(unusual);
    const expected = await wholeGradient(frame, mixed, testFeeds(1), { model: unusual });
    const source = new SupernetGradients({ backend: onnx, supernet: unusual, frame });
    const { loss } = await source.run([{ feeds: testFeeds(1, [mixed]) }]);
    expect(loss).toBeCloseTo(expected.loss, 4);
    expectClose(gradientsOf(source), expected.of, 4);
    await source.dispose();
  });

  it("sums the gradients of a step's networks, and takes the mean over micro-batches", async () => {
    const frame = testFrame(supernet);
    const shapes = [largest, smallest, mixed];
    const source = new SupernetGradients({ backend: referenceBackend(), supernet, frame, largestFirst: true });
    const metrics = await source.run([{ feeds: testFeeds(1, shapes), weight: 3 }, { feeds: testFeeds(2, shapes), weight: 1 }]);
    const parts = await Promise.all([1, 2].flatMap((seed) => shapes.map((shape) => wholeGradient(frame, shape, testFeeds(seed)))));
    const weighted = parts.map(({ of }, i) => scaled(of, i < 3 ? 0.75 : 0.25));
    expectClose(gradientsOf(source), sumOf(weighted));
    const mean = parts.reduce((sum, { loss }, i) => sum + (loss / 3) * (i < 3 ? 0.75 : 0.25), 0);
    expect(metrics["loss"]).toBeCloseTo(mean, 5);
    expect(metrics["lossLargest"]).toBeCloseTo(0.75 * parts[0]!.loss + 0.25 * parts[3]!.loss, 5);
  });

  it("tells the loss of the largest network, which comes first and need not be as wide as the backbone, and of no other", async () => {
    const frame = testFrame(supernet);
    const feeds = testFeeds(1, [mixed, largest, mixed]);
    const source = new SupernetGradients({ backend: onnx, supernet, frame, largestFirst: true });
    expect((await source.run([{ feeds }]))["lossLargest"]).toBeCloseTo((await wholeGradient(frame, mixed, testFeeds(1))).loss, 5);
    await source.dispose();
    expect(Object.keys((await staged(onnx, frame, feeds)).metrics)).toEqual(["loss"]);
  });

  it.skipIf(native === undefined)("gives the same on threads, in the engine's own memory: with distillation and padding, and of narrower networks after wider ones", async () => {
    const frame = testFrame(supernet, { batch: { ...testBatch, padded: true } });
    const distillation = { logits: { weight: 0.5, temperature: 2 }, hidden: 0.5 };
    const own = testSupernet();
    own.parameters.moveTo(native!.memory.allocate(own.parameters.layout.size));
    const source = new SupernetGradients({ backend: native!, supernet: own, frame, distillation });
    for (const shapes of [[largest, smallest, mixed], [mixed, smallest]]) {
      const shape = shapes[0]!;
      const feeds = (seed: number): Feeds => ({ ...testFeeds(seed), mask });
      const parts = [1, 2].flatMap((seed) => shapes.map(async (each, i) =>
        scaled((await wholeGradient(frame, each, feeds(seed), i === 0 ? {} : { teacher: { shape, distillation } })).of, seed / 3)));
      await source.run([1, 2].map((seed) => ({ feeds: { ...feeds(seed), ...testFeeds(seed, shapes) }, weight: seed })));
      expectClose(gradientsOf(source), sumOf(await Promise.all(parts)), 4);
    }
    await source.dispose();
  });

  it("drops by other draws in each layer, the same in the whole network", async () => {
    const frame = testFrame(supernet, { dropout: { hidden: 0.3, attention: 0.2 } });
    const feeds = { ...testFeeds(1), [DROPOUT_SEED]: Int32Array.of(77) };
    const expected = await wholeGradient(frame, mixed, feeds);
    const { metrics, of } = await staged(onnx, frame, { ...feeds, [SHAPES]: Int32Array.from(mixed) });
    expect(metrics["loss"]).toBeCloseTo(expected.loss, 4);
    expectClose(of, expected.of, 4);
    expect((await staged(onnx, testFrame(supernet), { ...testFeeds(1), [SHAPES]: Int32Array.from(mixed) })).metrics["loss"]).not.toBeCloseTo(expected.loss, 4);
  });

  it.each<[string, InPlaceDistillation | undefined]>([["the loss", undefined], ["what hidden states learn", { hidden: 1 }]])("reads nothing from padding, in %s", async (_, distillation) => {
    const frame = testFrame(supernet, { batch: { ...testBatch, padded: true } });
    const { ids } = testFeeds(1) as { readonly ids: Int32Array };
    const [first, second] = await Promise.all([ids, ids.map((id, i) => (mask[i] === 0 ? 5 : id))].map((each) => staged(referenceBackend(), frame, { ...testFeeds(1, [largest, mixed]), ids: each, mask }, distillation)));
    expect(first!.metrics["loss"]).toBeCloseTo(second!.metrics["loss"]!, 6);
    expectClose(first!.of, second!.of);
  });

  it.each<[string, InPlaceDistillation]>([
    ["logits", { logits: { weight: 0.7, temperature: 2 } }], ["hidden states", { hidden: 0.5 }], ["both", { logits: { weight: 1, temperature: 1 }, hidden: 2 }],
  ])("distils %s in place: central differences of what the pupils minimise agree", async (_, distillation) => {
    const frame = testFrame(supernet);
    const { of } = await staged(referenceBackend(), frame, testFeeds(3, [largest, mixed]), distillation);
    const alone = await wholeGradient(frame, largest, testFeeds(3));
    for (const name of ["layers.1.attention.qkv.weight", "layers.0.bottleneck.output.bias", "mlm.dense.weight", "embeddings.word"]) {
      const [slope, place] = largestOf(of.get(name)!.map((value, i) => value - alone.of.get(name)![i]!));
      expect(await pupilSlope(frame, distillation, name, place)).toBeCloseTo(slope, 3);
    }
  });

  it("compiles two programs for each width, and three for the rest, however many shapes it runs", async () => {
    const shared = sharePrograms(onnx);
    const source = new SupernetGradients({ backend: shared, supernet, frame: testFrame(supernet) });
    for (const shape of [largest, smallest, mixed, [12, 8, 4], [24, 4, 8]]) await source.run([{ feeds: testFeeds(1, [shape]) }]);
    expect(shared.compiled).toBe(2 * 4 + 3);
    await source.dispose();
    await shared.disposePrograms();
  });

  it("finds the first value that is not finite", async () => {
    const broken: MlmModel = testSupernet();
    broken.parameters.view("layers.1.feedForward.up.weight")[0] = Number.NaN;
    const source = new SupernetGradients({ backend: onnx, supernet: broken, frame: testFrame(broken) });
    expect(await source.firstNotFinite([{ feeds: testFeeds(1, [largest]) }])).not.toBeNull();
    expect(await new SupernetGradients({ backend: onnx, supernet, frame: testFrame(supernet) }).firstNotFinite([{ feeds: testFeeds(1, [largest]) }])).toBeNull();
  });

  it("finds it in gradients where the loss is finite", async () => {
    const steep = testSupernet();
    const factors = { "layers.0.feedForward.norm.gain": 1e5, "layers.0.bottleneck.output.weight": 1e-42, "layers.0.bottleneck.output.bias": 0, "layers.1.bottleneck.input.weight": 1e37 };
    for (const [name, factor] of Object.entries(factors)) steep.parameters.view(name).forEach((value, i, view) => (view[i] = factor * value));
    const source = new SupernetGradients({ backend: referenceBackend(), supernet: steep, frame: testFrame(steep) });
    const { loss } = await source.run([{ feeds: testFeeds(1, [largest]) }]);
    expect(loss).toBeLessThan(1e3);
    expect(await source.firstNotFinite([{ feeds: testFeeds(1, [largest]) }])).not.toBeNull();
  });

  it("finds it in distillation where each network is finite", async () => {
    const batch = [{ feeds: testFeeds(1, [largest, mixed]) }];
    const source = (distillation: InPlaceDistillation): SupernetGradients => new SupernetGradients({ backend: referenceBackend(), supernet, frame: testFrame(supernet), distillation });
    expect(await source({ logits: { weight: 0.5, temperature: 1e-39 } }).firstNotFinite(batch)).not.toBeNull();
    expect(await source({ logits: { weight: 0.5, temperature: 2 }, hidden: 1 }).firstNotFinite(batch)).toBeNull();
  });
});

function largestOf(values: Float32Array): [number, number] {
  const place = values.reduce((best, value, i) => (Math.abs(value) > Math.abs(values[best]!) ? i : best), 0);
  return [values[place]!, place];
}

/** The states that leave each layer, and the logits at the masked places, in float64. */
function networkOutputs(frame: StageFrame, shape: readonly number[], changed: { readonly name: string; readonly place: number; readonly by: number }): { states: Float64Array[]; logits: Float64Array } {
  const nodes = new Map(supernet.parameters.specs.map(({ name, shape: size }) => [name, parameter(name, size)]));
  const states: Node[] = [embeddingGraph(frame, (name) => nodes.get(name)!).states];
  shape.forEach((width, i) => states.push(layerGraph(frame, width, { states: states[i]!, parameters: (name) => nodes.get(name.replace("layer.", `layers.${i}.`))! }).states));
  const { logits } = headGraph(frame, { states: states.at(-1)!, parameters: (name) => nodes.get(name)! });
  const values = Object.fromEntries(Object.entries(supernet.parameters.views).map(([name, view]) => [name, Float64Array.from(view)]));
  values[changed.name]![changed.place]! += changed.by;
  const [found, ...layers] = evaluate([logits, ...states.slice(1)], { ...values, ...testFeeds(3) });
  return { states: layers, logits: found! };
}

/** The slope of what a pupil minimises, the teacher held still, by one element of a parameter. */
async function pupilSlope(frame: StageFrame, { logits: teaching = { weight: 0, temperature: 1 }, hidden = 0 }: InPlaceDistillation, name: string, place: number): Promise<number> {
  const teacher = networkOutputs(frame, largest, { name, place, by: 0 });
  const { labels, weights } = testFeeds(3) as { readonly labels: Int32Array; readonly weights: Float32Array };
  const logShares = (logits: Float64Array, row: number, temperature: number): number[] => {
    const scaled = [...logits.subarray(row * 40, (row + 1) * 40)].map((logit) => logit / temperature);
    const total = Math.log(scaled.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return scaled.map((logit) => logit - total);
  };
  const loss = (by: number): number => {
    const pupil = networkOutputs(frame, mixed, { name, place, by });
    const rows = weights.reduce((sum, weight) => sum + weight, 0);
    let total = 0;
    weights.forEach((weight, row) => {
      const [own, other] = [logShares(pupil.logits, row, teaching.temperature), logShares(teacher.logits, row, teaching.temperature)];
      const divergence = other.reduce((sum, log, i) => sum + Math.exp(log) * (log - own[i]!), 0);
      total += (weight / rows) * ((1 - teaching.weight) * -logShares(pupil.logits, row, 1)[labels[row]!]! + teaching.weight * teaching.temperature ** 2 * divergence);
    });
    const distances = pupil.states.map((states, layer) => states.reduce((sum, state, i) => sum + (state - teacher.states[layer]![i]!) ** 2, 0) / states.length);
    return total + (hidden * distances.reduce((sum, distance) => sum + distance, 0)) / distances.length;
  };
  return (loss(1e-4) - loss(-1e-4)) / 2e-4;
}
