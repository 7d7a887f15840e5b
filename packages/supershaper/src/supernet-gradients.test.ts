import { nativeBackend } from "@bort/backend-native";
import { onnxBackend } from "@bort/backend-onnx";
import { type Backend, evaluate, type Feeds, gradients, type Node, parameter, parametersOf, referenceBackend, sharePrograms } from "@bort/graph";
import { DROPOUT_SEED, type MlmModel } from "@bort/nn";
import { afterAll, describe, expect, it } from "vitest";
import { type InPlaceDistillation, SHAPES, SupernetGradients } from "./supernet-gradients.js";
import { embeddingGraph, headGraph, layerGraph, type StageFrame, wholeGraph } from "./supernet-stages.js";
import { testBatch, testFeeds, testFrame, testSupernet, unusualArchs } from "./test-supernets.js";

const supernet = testSupernet();
const [largest, smallest, mixed] = [[24, 24, 24], [4, 4, 4], [8, 24, 12]] as const;

/** The gradient of the model's whole graph, in float64, by the names of its parameters. */
async function wholeGradient(frame: StageFrame, shape: readonly number[], feeds: Feeds, { parameters }: MlmModel = supernet): Promise<{ loss: number; of: Map<string, Float32Array> }> {
  const graph = wholeGraph(frame, shape);
  const nodes = parametersOf(graph);
  const names = parameters.specs.map(({ name }) => name);
  const slopes = gradients(graph.loss, names.map((name) => nodes.get(name)!));
  const program = await referenceBackend().compile({ loss: graph.loss, ...Object.fromEntries(names.map((name, i) => [`d ${name}`, slopes[i]!])) });
  const all = { ...parameters.views, ...feeds };
  const outputs = await program.run(Object.fromEntries(Object.entries(all).filter(([name]) => nodes.has(name))));
  return { loss: Number(outputs["loss"]!.data[0]), of: new Map(names.map((name) => [name, outputs[`d ${name}`]!.data as Float32Array])) };
}

async function staged(backend: Backend, frame: StageFrame, feeds: Feeds, distillation?: InPlaceDistillation): Promise<{ metrics: Record<string, number>; of: Map<string, Float32Array> }> {
  const source = new SupernetGradients({ backend, supernet, frame, ...(distillation !== undefined && { distillation }) });
  const metrics = await source.run([{ feeds }]);
  const of = new Map(supernet.parameters.specs.map(({ name }) => [name, source.gradients.view(name).slice()]));
  await source.dispose();
  return { metrics, of };
}

function expectClose(found: Map<string, Float32Array>, expected: ReadonlyMap<string, Float32Array>, digits = 5): void {
  for (const [name, values] of expected) {
    const scale = Math.max(1e-3, ...values.map(Math.abs));
    for (const [i, value] of values.entries()) expect(found.get(name)![i]! / scale, `${name}[${i}]`).toBeCloseTo(value / scale, digits);
  }
}

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
    const expected = await wholeGradient(frame, mixed, testFeeds(1), unusual);
    const source = new SupernetGradients({ backend: onnx, supernet: unusual, frame });
    const { loss } = await source.run([{ feeds: testFeeds(1, [mixed]) }]);
    expect(loss).toBeCloseTo(expected.loss, 4);
    expectClose(new Map(unusual.parameters.specs.map(({ name }) => [name, source.gradients.view(name)])), expected.of, 4);
    await source.dispose();
  });

  it("sums the gradients of a step's networks, and takes the mean over micro-batches", async () => {
    const frame = testFrame(supernet);
    const shapes = [largest, smallest, mixed];
    const source = new SupernetGradients({ backend: referenceBackend(), supernet, frame });
    const metrics = await source.run([{ feeds: testFeeds(1, shapes), weight: 3 }, { feeds: testFeeds(2, shapes), weight: 1 }]);
    const parts = await Promise.all([1, 2].flatMap((seed) => shapes.map((shape) => wholeGradient(frame, shape, testFeeds(seed)))));
    const weighted = parts.map(({ of }, i) => new Map([...of].map(([name, values]) => [name, values.map((value) => value * (i < 3 ? 0.75 : 0.25))])));
    expectClose(new Map(supernet.parameters.specs.map(({ name }) => [name, source.gradients.view(name)])), sumOf(weighted));
    const mean = parts.reduce((sum, { loss }, i) => sum + (loss / 3) * (i < 3 ? 0.75 : 0.25), 0);
    expect(metrics["loss"]).toBeCloseTo(mean, 5);
    expect(metrics["lossLargest"]).toBeCloseTo(0.75 * parts[0]!.loss + 0.25 * parts[3]!.loss, 5);
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

  it("reads nothing from padding", async () => {
    const frame = testFrame(supernet, { batch: { ...testBatch, padded: true } });
    const mask = Float32Array.from({ length: 21 }, (_, i) => Number(i % 7 < 5));
    const lossOf = async (ids: Int32Array): Promise<number> => (await staged(onnx, frame, { ...testFeeds(1, [mixed]), ids, mask })).metrics["loss"]!;
    const { ids } = testFeeds(1) as { readonly ids: Int32Array };
    expect(await lossOf(ids.map((id, i) => (mask[i] === 0 ? 5 : id)))).toBeCloseTo(await lossOf(ids), 6);
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
  const { logits } = headGraph(frame, undefined, states.at(-1)!, (name) => nodes.get(name)!);
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
