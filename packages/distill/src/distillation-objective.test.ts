import { type EncoderArch, uniformArch } from "@bort/arch";
import { nativeBackend, type NativeBackend } from "@bort/backend-native";
import { onnxBackend } from "@bort/backend-onnx";
import { random } from "@bort/data";
import { type Backend, type Feeds, type Node, evaluate, gradients, parametersOf, referenceBackend } from "@bort/graph";
import { type MlmModel, ParameterStore, createModel, fingerprint, modelParameters } from "@bort/nn";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { archKinds, collect } from "../../nn/src/test-models.js";
import { attentionMaps } from "./attention-maps.js";
import { type DistillationObjectiveOptions, distillationObjective } from "./distillation-objective.js";
import { hiddenStates } from "./hidden-states.js";
import { lastLayer } from "./last-layer.js";
import { type CacheTeacherLogitsOptions, cacheTeacherLogits } from "./logits-cache/cache-teacher-logits.js";
import { type LogitsCache, openLogitsCache } from "./logits-cache/logits-cache.js";
import { publishedObjectives } from "./published-objectives.js";
import { selfRelations } from "./self-relations.js";
import { countingBackend } from "./test-backend.js";

const shape = { batchSize: 2, sequenceLength: 10, maskedPerSequence: 2 };
const archOf = (depth: number, hidden: number, heads = 2): EncoderArch => uniformArch({ depth, heads, hidden, intermediate: 12, vocabSize: 19, positions: 10, layerNormEps: 1e-5 });
const modelOf = (arch: EncoderArch, seed: number): MlmModel => createModel(arch, { kind: "mlm" } as const, seed, 0.4);
const teacher = modelOf(archOf(2, 12), 1);
const second = modelOf(archOf(1, 6, 3), 2);
const student = modelOf(archOf(1, 8), 3);
const train = chainBatches(19, shape, 3);
const batch = train.at(0);
const backend = referenceBackend();

const engines: NativeBackend[] = [];
try {
  engines.push(await nativeBackend({ threads: 2 }));
} catch {
  // Where the machine has no BLAS, the other engine is compared alone.
}
const root = mkdtempSync(join(tmpdir(), "bort-objective-"));
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  for (const engine of engines) await engine.close();
});

interface Lesson {
  readonly graph: Readonly<Record<string, Node>> & { readonly loss: Node };
  readonly feeds: Feeds;
}

/** An objective's graph for a student, with all that it reads; `index` is the batch's. */
async function lessonOf(options: Partial<DistillationObjectiveOptions>, arch = student.arch, index = 0): Promise<Lesson> {
  const objective = distillationObjective({ backend, teachers: [teacher], ...options });
  const graph = objective.graph(arch, shape);
  const specs = [...modelParameters(arch, { kind: "mlm" }), ...objective.parameters!(arch)];
  const parameters = ParameterStore.initialized(specs, 3, 0.4);
  const feeds = { ...parameters.views, ...(await objective.feeds(train.at(index), shape, { arch, index })) };
  await objective.dispose();
  return { graph, feeds };
}
const values = ({ graph, feeds }: Lesson): Record<string, number> => Object.fromEntries(evaluate(Object.values(graph), feeds).map((value, i) => [Object.keys(graph)[i]!, value[0]!]));

const everything: Partial<DistillationObjectiveOptions> = {
  teachers: [teacher, second], mlmWeight: 0.3,
  terms: [lastLayer({ form: "crossEntropy", temperature: 1.5 }), hiddenStates({ weight: 0.7 }), attentionMaps({ heads: "mean", teacher: 1, compare: "probabilities" }), selfRelations({ teacher: 1, relationHeads: 2 })],
};

/** Caches the first three batches. */
async function cached(name: string, changed: Partial<CacheTeacherLogitsOptions> = {}): Promise<LogitsCache> {
  const folder = join(root, name);
  await collect(cacheTeacherLogits({ backend, teacher, train, shape, folder, batches: 3, ...changed }));
  return openLogitsCache(folder);
}

describe("distillationObjective", () => {
  it("weighs the losses, and reports each", async () => {
    const bort = values(await lessonOf({}));
    expect(Object.keys(bort)).toEqual(["loss", "mlm", "distillation"]);
    expect(bort["loss"]).toBeCloseTo(0.5 * bort["mlm"]! + 0.5 * bort["distillation"]!, 10);
    const all = values(await lessonOf(everything));
    expect(Object.keys(all)).toEqual(["loss", "mlm", "distillation", "hiddenStates", "attentionMaps", "selfRelations"]);
    expect(all["mlm"]).toBe(bort["mlm"]);
    expect(all["loss"]).toBeCloseTo(0.3 * all["mlm"]! + 0.5 * all["distillation"]! + 0.7 * all["hiddenStates"]! + all["attentionMaps"]! + all["selfRelations"]!, 10);
    for (const value of Object.values(all)) expect(value).toBeGreaterThan(1e-3);
  });

  it.each([...Object.entries(publishedObjectives), ["everything", everything]] as const)("has gradients equal to central differences, projections included: %s", async (name, options) => {
    const { graph: { loss }, feeds } = await lessonOf(options);
    const trained = [...parametersOf({ loss })].filter(([each]) => !/^(ids|positions|labels|weights|teacher\.)/.test(each));
    const slopes = evaluate(gradients(loss, trained.map(([, node]) => node as Node)), feeds);
    if (name === "tinyBert") expect(trained.map(([each]) => each)).toEqual(expect.arrayContaining(["distillation.hiddenStates.projection.0.0", "distillation.hiddenStates.projection.1.2"]));
    trained.forEach(([each], i) => {
      const rng = random(1, each);
      const at = Float64Array.from(feeds[each] as Float32Array);
      const direction = at.map(() => rng.normal());
      const along = (step: number): number => evaluate([loss], { ...feeds, [each]: at.map((x, j) => x + step * direction[j]!) })[0]![0]!;
      const difference = (along(1e-5) - along(-1e-5)) / 2e-5;
      const slope = slopes[i]!.reduce((sum, g, j) => sum + g * direction[j]!, 0);
      expect(Math.abs(slope - difference), each).toBeLessThan(1e-6 * (1 + Math.abs(difference)));
    });
  });

  it.each([["ONNX Runtime", () => onnxBackend({ threads: 1 })], ...engines.map((engine) => ["the native engine", async () => engine] as const)] as const)("is computed alike by the reference and %s", async (_, make) => {
    const engine: Backend = await make();
    const topTwo = await cached(`engine-${engine.name}`, { topK: 2 });
    for (const options of [everything, { teachers: [topTwo] }, publishedObjectives.bortAsReleased, publishedObjectives.tinyBert, publishedObjectives.miniLm]) {
      const { graph, feeds } = await lessonOf(options);
      const names = [...parametersOf(graph)].filter(([each]) => each.startsWith("layers.") || each.startsWith("distillation."));
      const whole = { ...graph, ...Object.fromEntries(gradients(graph.loss, names.map(([, node]) => node as Node)).map((slope, i) => [`gradient ${i}`, slope])) };
      const program = await engine.compile(whole);
      const found = await program.run(feeds);
      await program.dispose();
      const expected = evaluate(Object.values(whole), feeds);
      Object.keys(whole).forEach((name, i) => found[name]!.data.forEach((value, j) => expect(Math.abs(Number(value) - expected[i]![j]!), name).toBeLessThan(1e-4 * (1 + Math.abs(expected[i]![j]!)))));
    }
    topTwo.close();
  });

  it("is nothing, without a slope, where the student is its teacher and the labels have no weight", async () => {
    const options = { mlmWeight: 0, terms: [lastLayer(), hiddenStates(), attentionMaps(), selfRelations()] };
    const objective = distillationObjective({ backend, teachers: [teacher], ...options });
    const graph = objective.graph(teacher.arch, shape);
    const inputs = parametersOf(graph);
    const slopes = gradients(graph.loss, teacher.parameters.specs.map(({ name }) => inputs.get(name)!));
    const feeds = await objective.feeds(batch, shape, { arch: teacher.arch, index: 0 });
    const worst = (model: MlmModel): number[] => evaluate([graph.loss, ...slopes], { ...model.parameters.views, ...feeds }).map((each) => each.reduce((most, x) => Math.max(most, Math.abs(x)), 0));
    for (const value of worst(teacher)) expect(value).toBeLessThan(1e-5);
    expect(Math.max(...worst(modelOf(teacher.arch, 2)))).toBeGreaterThan(0.05);
    await objective.dispose();
  });

  it("feeds what the terms ask of each teacher on each batch, no more, and leaves the teachers as they are", async () => {
    const before = fingerprint(teacher.parameters.flat);
    const logits = async (index: number): Promise<Float32Array> => (await lessonOf({}, student.arch, index)).feeds["teacher.0.0"] as Float32Array;
    expect(await logits(0)).toHaveLength(4 * 19);
    expect(await logits(1)).not.toEqual(await logits(0));
    expect(fingerprint(teacher.parameters.flat)).toBe(before);
    const { feeds } = await lessonOf({ teachers: [teacher, second], terms: [attentionMaps({ heads: "mean", teacher: 1 })] });
    expect(Object.keys(feeds).filter((name) => name.startsWith("teacher."))).toEqual(["teacher.1.0"]);
    expect(feeds["teacher.1.0"]).toHaveLength(2 * 10 * 10);
  });

  it("serves batches of another shape, and students of other kinds", async () => {
    const objective = distillationObjective({ backend, teachers: [teacher], terms: [lastLayer(), hiddenStates(), selfRelations({ relationHeads: 2 })] });
    for (const [other, arch] of [
      [{ batchSize: 3, sequenceLength: 6, maskedPerSequence: 1 }, student.arch],
      [shape, { ...archKinds["with merged bottlenecks"]!, vocabSize: 19 }], [shape, { ...archKinds["of MobileBERT"]!, vocabSize: 19 }],
    ] as const) {
      const { loss } = objective.graph(arch, other);
      const parameters = ParameterStore.initialized([...modelParameters(arch, { kind: "mlm" }), ...objective.parameters!(arch)], 3, 0.4);
      const feeds = await objective.feeds(chainBatches(19, other, 3).at(0), other, { arch, index: 0 });
      expect(evaluate([loss], { ...parameters.views, ...feeds })[0]![0]).toBeGreaterThan(0);
    }
    await objective.dispose();
  });

  it("compiles a teacher once for students of all sizes, as pruning has one a round, and gives it back", async () => {
    const { counting, programs } = countingBackend(backend);
    const objective = distillationObjective({ backend: counting, teachers: [teacher, second], terms: [lastLayer(), hiddenStates()] });
    const fedFor = async (hidden: number, own = shape): Promise<Feeds> => objective.feeds(chainBatches(19, own, 3).at(0), own, { arch: archOf(1, hidden), index: 0 });
    const first = await fedFor(8);
    for (const hidden of [6, 4, 2]) expect(await fedFor(hidden)).toEqual(first);
    expect(programs).toEqual({ compiled: 2, disposed: 0 });
    await fedFor(8, { ...shape, batchSize: 3 });
    expect(programs.compiled).toBe(4);
    await objective.dispose();
    expect(programs.disposed).toBe(4);
    expect(await fedFor(6)).toEqual(first);
    await objective.dispose();
    expect(programs).toEqual({ compiled: 6, disposed: 6 });
  });

  it("tells other teachers, weights and terms apart", async () => {
    const caches = [await cached("settings"), await cached("settings-2", { topK: 2 })];
    const settings = ([
      {}, { teachers: [second] }, { teachers: [teacher, second] }, { mlmWeight: 0.1 }, { terms: [lastLayer({ temperature: 3 })] }, { terms: [lastLayer({ weight: 0.1 })] }, { terms: [lastLayer(), selfRelations()] },
      { terms: [lastLayer({ form: "asReleased" })] }, { terms: [lastLayer({ combine: "logits" })] }, { teachers: [caches[0]!] }, { teachers: [caches[1]!] },
    ] satisfies Partial<DistillationObjectiveOptions>[]).map((options) => JSON.stringify(distillationObjective({ backend, teachers: [teacher], ...options }).settings));
    expect(new Set(settings).size).toBe(settings.length);
    for (const cache of caches) cache.close();
  });

  it("refuses a student of another vocabulary, naming both sizes", () => {
    const objective = distillationObjective({ backend, teachers: [teacher, { ...second, arch: { ...second.arch, vocabSize: 20 } }] });
    expect(() => objective.graph(student.arch, shape)).toThrow(expect.objectContaining({ code: "distill/other-vocabulary", message: expect.stringContaining("teacher 1 need one vocabulary, got 19 and 20") }));
  });

  it.each([
    { teachers: [] }, { terms: [] }, { mlmWeight: -0.1 }, { mlmWeight: Infinity }, { terms: [lastLayer({ weight: 0 })] }, { terms: [lastLayer({ weight: Number.NaN })] },
    { terms: [selfRelations(), selfRelations()] }, { terms: [{ ...lastLayer(), name: "mlm" }] },
  ])("refuses $terms.0.name $teachers $mlmWeight", (options) => {
    expect(() => distillationObjective({ backend, teachers: [teacher], ...options })).toThrow(expect.objectContaining({ code: "distill/bad-option" }));
  });

  it("teaches logits on padded sequences, and refuses to compare their layers", async () => {
    const padded = { ...shape, padded: true };
    const pad = ({ arch, ...rest }: MlmModel): MlmModel => ({ ...rest, arch: { ...arch, padTokenId: 1 } });
    const [own, taught] = [pad(student), pad(teacher)];
    const ids = batch.ids.slice().fill(1, 15);
    const positions = Int32Array.of(1, 2, 11, 12);
    const logits = async (of: Int32Array): Promise<Feeds> => {
      const objective = distillationObjective({ backend, teachers: [taught] });
      objective.graph(own.arch, padded);
      const feeds = await objective.feeds({ ...batch, ids: of, positions }, padded, { arch: own.arch, index: 0 });
      await objective.dispose();
      return feeds;
    };
    const alone = await logits(ids.map((id, place) => (place < 10 ? 7 : id)));
    expect((await logits(ids))["teacher.0.0"]!.slice(2 * 19)).toEqual(alone["teacher.0.0"]!.slice(2 * 19));
    expect(() => distillationObjective({ backend, teachers: [taught], terms: [hiddenStates()] }).graph(own.arch, padded))
      .toThrow(expect.objectContaining({ code: "distill/bad-option", message: expect.stringContaining("padding") }));
  });

  it("refuses sequences that are too long for a teacher", () => {
    const long = { ...shape, sequenceLength: 11 };
    expect(() => distillationObjective({ backend, teachers: [teacher] }).graph({ ...student.arch, positions: 20 }, long)).toThrow(expect.objectContaining({ code: "distill/bad-option", message: expect.stringContaining("at most 10") }));
  });
});

describe("distillation from a cache", () => {
  it("of the whole vocabulary in float32 is that from the teacher, bit for bit", async () => {
    const cache = await cached("whole", { topK: 19, precision: "float32" });
    for (const index of [0, 2]) {
      const [from, live] = [await lessonOf({ teachers: [cache] }, student.arch, index), await lessonOf({}, student.arch, index)];
      expect(from.feeds["teacher.0.logits"]).toEqual(live.feeds["teacher.0.0"]);
      expect(values(from)).toEqual(values(live));
    }
    cache.close();
  });

  it("comes closer to it, from below, as more logits are kept", async () => {
    const live = values(await lessonOf({}))["distillation"]!;
    let last = 0;
    for (const topK of [1, 4, 12, 18]) {
      const cache = await cached(`top-${topK}`, { topK, precision: "float32" });
      const value = values(await lessonOf({ teachers: [cache] }))["distillation"]!;
      expect(value).toBeGreaterThanOrEqual(last - 1e-6);
      expect(value).toBeLessThanOrEqual(live + 1e-6);
      last = value;
      cache.close();
    }
    expect(last).toBeCloseTo(live, 5); // All but one: the bucket holds one token.
  });

  it("in float16 is within a thousandth of it", async () => {
    const cache = await cached("halves", { topK: 19 });
    const [found, live] = [values(await lessonOf({ teachers: [cache] }))["distillation"]!, values(await lessonOf({}))["distillation"]!];
    expect(found).not.toBe(live);
    expect(Math.abs(found / live - 1)).toBeLessThan(1e-3);
    cache.close();
  });

  it("mixes with teachers that run", async () => {
    const cache = await cached("mixed", { topK: 19, precision: "float32" });
    const [mixed, live] = [await lessonOf({ teachers: [cache, second] }), await lessonOf({ teachers: [teacher, second] })];
    expect(values(mixed)).toEqual(values(live));
    cache.close();
  });

  it("repeats its batches, and refuses others", async () => {
    const cache = await cached("others");
    const objective = distillationObjective({ backend, teachers: [cache] });
    const place = (index: number): { arch: EncoderArch; index: number } => ({ arch: student.arch, index });
    expect(await objective.feeds(train.at(1), shape, place(4))).toEqual(await objective.feeds(train.at(1), shape, place(1)));
    await expect(objective.feeds(train.at(3), shape, place(3))).rejects.toMatchObject({ code: "distill/other-cache", message: expect.stringContaining("batch 3 is not the one") });
    await expect(objective.feeds(chainBatches(19, shape, 4).at(0), shape, place(0))).rejects.toMatchObject({ code: "distill/other-cache" });
    cache.close();
  });

  it("refuses batches of another shape, and losses between layers", async () => {
    const cache = await cached("shapes");
    const of = (terms: DistillationObjectiveOptions["terms"]): ReturnType<typeof distillationObjective> => distillationObjective({ backend, teachers: [cache], terms: terms! });
    expect(() => of([lastLayer()]).graph(student.arch, { ...shape, batchSize: 3 })).toThrow(expect.objectContaining({ code: "distill/other-cache", message: expect.stringContaining("2 x 10 with 2 masked") }));
    expect(() => of([hiddenStates()]).graph(student.arch, shape)).toThrow(expect.objectContaining({ code: "distill/bad-option", message: expect.stringContaining("give the teacher itself") }));
    cache.close();
  });
});
