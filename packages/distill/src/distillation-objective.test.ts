import { type EncoderArch, uniformArch } from "@bort/arch";
import { type Feeds, type Node, evaluate, gradients, parametersOf, referenceBackend } from "@bort/graph";
import { createModel } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { distillationObjective } from "./distillation-objective.js";

const shape = { batchSize: 2, sequenceLength: 10, maskedPerSequence: 2 };
const archOf = (hidden: number, more: Partial<EncoderArch> = {}): EncoderArch =>
  ({ ...uniformArch({ depth: 1, heads: 2, hidden, intermediate: 12, vocabSize: 19, positions: 10, layerNormEps: 1e-5 }), ...more });
const modelOf = (arch: EncoderArch, seed: number) => createModel(arch, { kind: "mlm" } as const, seed, 0.4);
const teacher = modelOf(archOf(12), 1);
const batch = chainBatches(19, shape, 3).at(0);
const backend = referenceBackend();

describe("distillationObjective", () => {
  it("weighs the two losses, and reports both", async () => {
    const student = modelOf(archOf(8), 2);
    const values = async (settings: object): Promise<Record<"loss" | "mlm" | "distillation", number>> => {
      const objective = await distillationObjective(backend, teacher, shape, settings);
      const { loss, mlm, distillation } = objective.graph(student.arch, shape) as Record<string, Node>;
      const [a, b, c] = evaluate([loss!, mlm!, distillation!], { ...student.parameters.views, ...(await objective.feeds(batch, shape)) });
      await objective.dispose();
      return { loss: a![0]!, mlm: b![0]!, distillation: c![0]! };
    };
    const bort = await values({});
    expect(bort.loss).toBeCloseTo(0.5 * bort.mlm + 0.5 * bort.distillation, 10);
    const other = await values({ distillationWeight: 0.9, mlmWeight: 0.1, temperature: 1 });
    expect(other.mlm).toBe(bort.mlm);
    expect(other.loss).toBeCloseTo(0.1 * other.mlm + 0.9 * other.distillation, 10);
    // With T^2, the loss keeps its order of magnitude as the temperature rises (Hinton et al. 2015, section 2), but it is another.
    expect(other.distillation).not.toBeCloseTo(bort.distillation, 3);
    expect(other.distillation / bort.distillation).toBeGreaterThan(0.3);
    expect(other.distillation / bort.distillation).toBeLessThan(3);
  });

  it("has neither loss nor gradient where the student is the teacher and the labels have no weight", async () => {
    const objective = await distillationObjective(backend, teacher, shape, { mlmWeight: 0, distillationWeight: 1 });
    const graph = objective.graph(teacher.arch, shape);
    const inputs = parametersOf(graph);
    const slopes = gradients(graph.loss, teacher.parameters.specs.map(({ name }) => inputs.get(name)!));
    const feeds = await objective.feeds(batch, shape);
    const worst = (student: typeof teacher): number[] => evaluate([graph.loss, ...slopes], { ...student.parameters.views, ...feeds }).map((values) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0));
    for (const value of worst(teacher)) expect(value).toBeLessThan(1e-5);
    expect(Math.max(...worst(modelOf(archOf(12), 2)))).toBeGreaterThan(0.05);
    await objective.dispose();
  });

  it("feeds the teacher's logits on each batch, and leaves the teacher as it is", async () => {
    const before = teacher.parameters.flat.slice(0, 1000);
    const objective = await distillationObjective(backend, teacher, shape);
    const logitsOf = async (step: number): Promise<Float32Array> => ((await objective.feeds(chainBatches(19, shape, 3).at(step), shape)) as Feeds & { teacherLogits: Float32Array }).teacherLogits.slice();
    const first = await logitsOf(0);
    expect(first).toHaveLength(4 * 19);
    expect(await logitsOf(1)).not.toEqual(first);
    expect(await logitsOf(0)).toEqual(first);
    expect(teacher.parameters.flat.slice(0, 1000)).toEqual(before);
    await objective.dispose();
  });

  it("serves batches of another shape", async () => {
    const objective = await distillationObjective(backend, teacher, shape);
    for (const other of [shape, { batchSize: 3, sequenceLength: 6, maskedPerSequence: 1 }]) {
      const { loss } = objective.graph(archOf(8), other);
      const feeds = await objective.feeds(chainBatches(19, other, 3).at(0), other);
      expect(evaluate([loss], { ...modelOf(archOf(8), 2).parameters.views, ...feeds })[0]![0]).toBeGreaterThan(0);
    }
    await objective.dispose();
  });

  it("tells another teacher, weight or temperature apart", async () => {
    const settings = await Promise.all([
      distillationObjective(backend, teacher, shape), distillationObjective(backend, modelOf(archOf(12), 2), shape), distillationObjective(backend, teacher, shape, { temperature: 3 }),
      distillationObjective(backend, teacher, shape, { mlmWeight: 0.1 }), distillationObjective(backend, teacher, shape, { distillationWeight: 0.1 }),
    ]);
    expect(new Set(settings.map((objective) => JSON.stringify(objective.settings))).size).toBe(5);
    for (const objective of settings) await objective.dispose();
  });

  it("refuses a student of another vocabulary", async () => {
    const objective = await distillationObjective(backend, teacher, shape);
    expect(() => objective.graph(archOf(8, { vocabSize: 20 }), shape)).toThrow(expect.objectContaining({ code: "distill/other-vocabulary", message: expect.stringContaining("20 and 19") }));
    await objective.dispose();
  });

  it.each([
    { distillationWeight: 0 }, { distillationWeight: Number.NaN }, { mlmWeight: -0.1 }, { mlmWeight: Infinity }, { temperature: 0 }, { temperature: Infinity },
  ])("refuses %j", async (settings) => {
    await expect(distillationObjective(backend, teacher, shape, settings)).rejects.toMatchObject({ code: "distill/bad-option" });
  });

  it("refuses sequences that are too long for the teacher", async () => {
    await expect(distillationObjective(backend, teacher, { ...shape, sequenceLength: 11 })).rejects.toMatchObject({ code: "distill/bad-option", message: expect.stringContaining("at most 10") });
  });
});
