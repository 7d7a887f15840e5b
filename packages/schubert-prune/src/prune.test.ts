import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EncoderArch, parameterCount, uniformArch, validateArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { sharePrograms } from "@bort/graph";
import { type MlmModel, type PretrainingObjective, createModel, fingerprint, mlmObjective } from "@bort/nn";
import { afterAll, describe, expect, it } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { mlmTask } from "./mlm-task.js";
import { flopsObjective, headCounting } from "./objective.js";
import { hardConcrete } from "./penalty/hard-concrete.js";
import { l1 } from "./penalty/l1.js";
import { proximal } from "./penalty/proximal.js";
import { type PruneOptions, prune } from "./prune.js";
import { type PruneEvent, type PruneResult } from "./prune-events.js";
import { pruningMethods } from "./pruning-method.js";
import { countingBackend, testModel, toyTask } from "./test-pruning.js";
import { unitVectors } from "./unit-vectors.js";

const folder = mkdtempSync(join(tmpdir(), "schubert-prune-"));
const backend = sharePrograms(await onnxBackend({ threads: 1 }));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await backend.disposePrograms();
});
const head: MlmModel["head"] = { kind: "mlm" };
const model = testModel(uniformArch({ depth: 2, heads: 2, hidden: 12, intermediate: 20, vocabSize: 30, positions: 8, layerNormEps: 1e-5 }), head, 1);
const task = toyTask(model.arch, chainBatches, { backend });
const options: PruneOptions<typeof head> = { backend, model, task, targets: [{ fraction: 0.5 }], rounds: 2, alphaSteps: 3, finetuneSteps: 4 };
const parametersOf = ({ arch }: Pick<MlmModel, "arch">): number => parameterCount(arch, headCounting(head)).total;
const whole = parametersOf(model);

type Events = PruneEvent<typeof head>[];

async function pruned(changes: Partial<typeof options> = {}, onEvent: (event: PruneEvent<typeof head>, events: Events) => void = () => {}): Promise<{ result: PruneResult<typeof head>; events: Events }> {
  const run = prune({ ...options, ...changes });
  const events: Events = [];
  for (;;) {
    const next = await run.next();
    if (next.done === true) return { result: next.value, events };
    events.push(next.value);
    onEvent(next.value, events);
  }
}

const isStep = (event: PruneEvent<typeof head>, round: number, phase: string, step: number): boolean =>
  event.type === "training" && event.round === round && event.phase === phase && event.event.type === "step" && event.event.step === step;

describe("prune", () => {
  it("makes a network that meets its target, dense, in the steps that algorithm 1 has", async () => {
    const before = fingerprint(model.parameters.flat);
    const { result, events } = await pruned();
    expect(events.filter(({ type }) => type !== "training").map(({ type }) => type)).toEqual(["started", "cut", "pruned", "cut", "pruned", "target"]);
    const [first, second] = result.rounds;
    expect(first!.target).toBe(whole * 0.75);
    for (const round of result.rounds) {
      expect(round.value).toBeLessThanOrEqual(round.target);
      expect(parametersOf(round)).toBe(round.value);
      expect(round.gamma).toBeGreaterThan(0);
      expect(Object.keys(round.metrics)).toEqual(["validationLoss", "validationAccuracy"]);
    }
    expect(result.model.arch).toEqual(second!.arch);
    expect(result.model.parameters.specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(second!.value);
    expect(fingerprint(model.parameters.flat)).toBe(before);
  });

  it("trains the prunable parameters, then the network, on batches that no round has seen", async () => {
    const taken: number[] = [];
    await pruned({ task: { ...task, batch: (index, own) => { taken.push(index); return task.batch(index, own); } } });
    expect([...new Set(taken)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 7, 8, 9, 10]); // Four to balance gamma, three steps of each round; fine-tuning has 3 to 6 and 10 to 13.
  });

  it("tells an objective which of the run's batches it is given, as a cache of a teacher has to know", async () => {
    const taken: number[] = [];
    const objective: PretrainingObjective = { ...mlmObjective(), feeds: (batch, shape, place) => { taken.push(place.index); return mlmObjective().feeds(batch, shape, place); } };
    await pruned({ task: toyTask(model.arch, chainBatches, { backend, objective }) });
    expect([...new Set(taken)]).toEqual([3, 4, 5, 6, 10, 11, 12, 13]);
  });

  it("learns again in fine-tuning what cutting lost", async () => {
    const shape = { batchSize: 16, sequenceLength: 8, maskedPerSequence: 2 };
    const language = { shape, train: chainBatches(17, shape, 1), validation: [chainBatches(17, shape, 7).at(0)] };
    const learning = mlmTask({ backend, ...language, finetuning: { learningRate: 1e-2 } });
    const training = learning.finetune(createModel({ ...model.arch, vocabSize: 17 }, head, 1), { steps: 200, firstBatch: 0 });
    let next = await training.next();
    while (next.done !== true) next = await training.next();
    const { result } = await pruned({ model: next.value, finetuneSteps: 60, task: learning });
    for (const { metrics, tunedMetrics } of result.rounds) expect(tunedMetrics["validationLoss"]).toBeLessThan(metrics["validationLoss"]! - 0.05);
    for (const { metrics, tunedMetrics } of (await pruned({ finetuneSteps: 0 })).result.rounds) expect(tunedMetrics).toEqual(metrics);
  });

  it.each([
    ["only the hidden size", { dimensions: ["h"] }], ["only the FFNs", { dimensions: ["f"], targets: [{ fraction: 0.8 }] }],
    ["alike in all layers", { method: pruningMethods.uniform }], ["layers", { method: pruningMethods.layers, targets: [{ fraction: 0.7 }], rounds: 1 }],
    ["by l0", { penalty: hardConcrete() }], ["by proximal gradient", { penalty: proximal(), gamma: 5 }], ["with the printed costs", { costs: "printed" }],
    ["by slopes", { method: pruningMethods.slopes }], ["without offset", { offset: false }],
  ] satisfies [string, Partial<typeof options>][])("cuts %s", async (_, changes: Partial<typeof options>) => {
    const { result: { model: small, rounds } } = await pruned(changes);
    expect(rounds.at(-1)!.value).toBeLessThanOrEqual(rounds.at(-1)!.target);
    expect(small.parameters.flat.every(Number.isFinite)).toBe(true);
    const sizes = small.arch.layers.map(({ heads, keySize, valueSize, intermediateSize }) => [heads, keySize, valueSize, intermediateSize]);
    if (changes.dimensions?.[0] === "h") expect(sizes).toEqual([[2, 6, 6, 20], [2, 6, 6, 20]]);
    if (changes.dimensions?.[0] === "f") expect(small.arch.hiddenSize).toBe(12);
    if (changes.method === pruningMethods.uniform) expect(sizes[0]).toEqual(sizes[1]);
    if (changes.method === pruningMethods.layers) expect(sizes).toEqual([[2, 6, 6, 20]]);
  });

  it("tells after each batch how many slopes are of", async () => {
    const { events } = await pruned({ method: pruningMethods.slopes, alphaSteps: 3 });
    expect(events.filter((event) => event.type === "slopes")).toEqual([1, 2].flatMap((round) => [1, 2, 3].map((batches) => ({ type: "slopes", round, batches }))));
  });

  it.each<[string, Partial<typeof options>, (event: PruneEvent<typeof head>) => boolean]>([
    ["prunable parameters are trained", {}, (event) => isStep(event, 1, "alphas", 2)],
    ["the network is fine-tuned", {}, (event) => isStep(event, 1, "finetuning", 2)],
    ["slopes are taken", { method: pruningMethods.slopes }, ({ type }) => type === "slopes"],
  ])("gives back every program where its consumer leaves while %s", async (_, changes, isMoment) => {
    for (const leave of ["return", "throw"] as const) {
      const { backend: counting, counts } = countingBackend();
      const run = prune({ ...options, ...changes, backend: counting, task: toyTask(model.arch, chainBatches, { backend: counting }) });
      let next = await run.next();
      while (next.done !== true && !isMoment(next.value)) next = await run.next();
      expect([next.done, counts.held > 0]).toEqual([false, true]);
      await (leave === "return" ? run.return(undefined as never) : run.throw(new Error("enough")).catch(() => undefined));
      expect(counts.held).toBe(0);
    }
  });

  it.each([l1(), hardConcrete(), proximal()])("takes a gamma however large, and leaves every vector a unit: $name", async (penalty) => {
    const { result: { model: small, rounds } } = await pruned({ penalty, gamma: 1e30, rounds: 1 });
    expect([rounds[0]!.gamma, rounds[0]!.value <= rounds[0]!.target]).toEqual([1e30, true]);
    for (const { size } of unitVectors(small.arch)) expect(size).toBeGreaterThan(0);
    expect(small.parameters.flat.every(Number.isFinite)).toBe(true);
  });

  it("refuses a target out of reach before anything is computed or kept, though the first rounds could be done", async () => {
    const { backend: counting, counts } = countingBackend();
    const checkpoint = { folder: join(folder, "unreachable"), every: 100, resume: true };
    const run = { backend: counting, task: toyTask(model.arch, chainBatches, { backend: counting }), checkpoint, targets: [{ fraction: 0.9 }, { value: 20 }] };
    await expect(pruned(run)).rejects.toMatchObject({ code: "schubert-prune/unreachable-target" });
    expect([counts.compiled, existsSync(checkpoint.folder)]).toEqual([0, false]);
  });

  it("forgets prunable parameters without offset: what stays of the network is as it was", async () => {
    const { result: { model: small } } = await pruned({ offset: false, rounds: 1, finetuneSteps: 0, dimensions: ["f"], targets: [{ fraction: 0.8 }] });
    const own = new Set(model.parameters.view("layers.1.feedForward.up.bias"));
    expect(small.parameters.view("layers.1.feedForward.up.bias").every((value) => own.has(value))).toBe(true);
    const { result: { model: offset } } = await pruned({ rounds: 1, finetuneSteps: 0, dimensions: ["f"], targets: [{ fraction: 0.8 }] });
    expect(offset.parameters.view("layers.1.feedForward.up.bias").every((value) => own.has(value))).toBe(false);
    expect(offset.arch).toEqual(small.arch);
  });

  it("gives a model for each of several targets, each met exactly at the end of a round", async () => {
    const { events } = await pruned({ targets: [{ fraction: 0.5 }, { value: 2400 }], rounds: 3 });
    const met = events.filter((event) => event.type === "target");
    expect(met.map(({ round, target }) => [round, target])).toEqual([[expect.any(Number), 2400], [3, whole / 2]]);
    for (const { model: each, value } of met) expect(parametersOf(each)).toBe(value);
  });

  it("cuts nothing in a round whose target an earlier one went beyond, as whole layers do", async () => {
    const { result, events } = await pruned({ method: pruningMethods.layers, targets: [{ fraction: 0.95 }, { fraction: 0.9 }], rounds: 2 });
    expect(result.rounds.map(({ removed }) => Object.keys(removed).length)).toEqual([4, 0]);
    expect(result.rounds[1]!.value).toBe(result.rounds[0]!.value);
    expect(events.filter(({ type }) => type === "target")).toHaveLength(2);
  });

  it("resumed wherever it was stopped, ends with the same bits", async () => {
    const run = { targets: [{ fraction: 0.7 }, { fraction: 0.5 }] };
    const uninterrupted = await pruned(run);
    const moments: readonly [string, (event: PruneEvent<typeof head>) => boolean][] = [
      ["alphas", (event) => isStep(event, 1, "alphas", 2)], ["cut", ({ type }) => type === "cut"], ["finetuning", (event) => isStep(event, 1, "finetuning", 3)], ["pruned", ({ type }) => type === "pruned"],
      ["later", (event) => isStep(event, 2, "alphas", 1)],
    ];
    for (const [name, isMoment] of moments) {
      const checkpoint = { folder: join(folder, name), every: 2, resume: true };
      const controller = new AbortController();
      const first = prune({ ...options, ...run, checkpoint, signal: controller.signal });
      for (let next = await first.next(); next.done !== true; next = await first.next()) {
        if (!isMoment(next.value)) continue;
        if (next.value.type === "training") controller.abort();
        else { await first.return(undefined as never); break; } // As in a process that is killed there.
      }
      const { result, events } = await pruned({ ...run, checkpoint });
      expect(fingerprint(result.model.parameters.flat), name).toBe(fingerprint(uninterrupted.result.model.parameters.flat));
      expect(result.rounds).toEqual(uninterrupted.result.rounds);
      expect(events.filter(({ type }) => type === "target")).toHaveLength(2);
    }
    expect(readdirSync(join(folder, "later")).sort()).toEqual(["round-1", "round-2", "rounds.jsonl"]);
  });

  it("goes on with no other run, and starts again where that is asked for", async () => {
    const checkpoint = { folder: join(folder, "other"), every: 100, resume: true };
    const { result } = await pruned({ checkpoint });
    await expect(pruned({ checkpoint, finetuneSteps: 5 })).rejects.toMatchObject({ code: "trials/other-settings" });
    await expect(pruned({ checkpoint, task: toyTask(model.arch, chainBatches, { backend, finetuning: { learningRate: 1e-3 } }) })).rejects.toMatchObject({ code: "trials/other-settings" });
    await expect(pruned({ checkpoint, model: testModel(model.arch, head, 2) })).rejects.toMatchObject({ code: "trials/other-settings" });
    writeFileSync(join(checkpoint.folder, "notes.txt"), "of the user's");
    const again = await pruned({ checkpoint: { ...checkpoint, resume: false } });
    expect(existsSync(join(checkpoint.folder, "notes.txt"))).toBe(true);
    expect(again.events.some(({ type }) => type === "training")).toBe(true);
    expect(fingerprint(again.result.model.parameters.flat)).toBe(fingerprint(result.model.parameters.flat));
  });

  it("goes on with no run of another objective, nor of a method that has read other options, and does where the method reads none of them", async () => {
    const begin = async (changes: Partial<typeof options>): Promise<void> => {
      const checkpoint = { folder: join(folder, "read"), every: 100, resume: true };
      await pruned({ rounds: 1, finetuneSteps: 0, ...changes, checkpoint });
    };
    const refusal = { code: "trials/other-settings" };
    const byFlops = (sequence: number): Partial<typeof options> => ({ // 30,000 of 34,848 with six tokens, and of 48,000 with eight.
      objective: flopsObjective({ sequence, ...headCounting(head) }), method: pruningMethods.layers, targets: [{ value: 30_000 }],
    });
    await begin(byFlops(6));
    await expect(begin(byFlops(8))).rejects.toMatchObject(refusal);
    await expect(begin({ ...byFlops(6), alphaSteps: 4 })).rejects.toMatchObject(refusal); // Fine-tuning has batches after as many.
    rmSync(join(folder, "read"), { recursive: true });
    await begin({ method: pruningMethods.slopes });
    await expect(begin({ method: pruningMethods.slopes, dimensions: ["h", "f"] })).rejects.toMatchObject(refusal);
    rmSync(join(folder, "read"), { recursive: true });
    await begin({});
    await begin({ penalty: l1(), costs: "objective", offset: true });
    const others: readonly Partial<typeof options>[] = [{ gamma: 0.1 }, { offset: false }, { penalty: proximal() }];
    for (const changes of others) await expect(begin(changes)).rejects.toMatchObject(refusal);
  });

  it("begins anew only where nobody else works", async () => {
    const checkpoint = { folder: join(folder, "busy"), every: 100, resume: false };
    const first = prune({ ...options, checkpoint });
    for (let next = await first.next(); !(next.done === true || next.value.type === "pruned"); next = await first.next());
    const before = readdirSync(checkpoint.folder, { recursive: true }).sort();
    await expect(pruned({ checkpoint })).rejects.toMatchObject({ code: "trials/locked" });
    expect(readdirSync(checkpoint.folder, { recursive: true }).sort()).toEqual(before);
    await first.return(undefined as never);
  });

  it("does not take another network for one that is gone", async () => {
    const checkpoint = { folder: join(folder, "gone"), every: 100, resume: true };
    const several = { checkpoint, targets: [{ fraction: 0.7 }, { fraction: 0.5 }] };
    await pruned(several);
    rmSync(join(checkpoint.folder, "round-1", "pruned"), { recursive: true });
    await expect(pruned(several)).rejects.toMatchObject({ code: "schubert-prune/missing-round" });
  });

  it("does not go on without a network that was cut", async () => {
    const checkpoint = { folder: join(folder, "gone when cut"), every: 100, resume: true };
    const first = prune({ ...options, checkpoint });
    for (let next = await first.next(); !(next.done === true || next.value.type === "cut"); next = await first.next());
    await first.return(undefined as never);
    rmSync(join(checkpoint.folder, "round-1", "cut"), { recursive: true });
    await expect(pruned({ checkpoint })).rejects.toMatchObject({ code: "schubert-prune/missing-round", message: expect.stringContaining("round 1, as it was cut, is needed") });
  });

  it("aborted where nothing is trained, is interrupted as elsewhere", async () => {
    for (const changes of [{ method: pruningMethods.slopes }, {}]) { // Without it, while gamma is balanced.
      const controller = new AbortController();
      const aborting = { ...task, batch: (...args: Parameters<typeof task.batch>) => { controller.abort(); return task.batch(...args); } };
      const { result, events } = await pruned({ ...changes, task: aborting, signal: controller.signal });
      expect([result.interrupted, events.at(-1)]).toEqual([true, { type: "interrupted", round: 1 }]);
    }
  });

  it("leaves its weights to a unit that stays although its prunable parameter is zero", async () => {
    const { result: { model: small } } = await pruned({ penalty: proximal(), gamma: 1e9, dimensions: ["f"], targets: [{ fraction: 0.8 }], rounds: 1, finetuneSteps: 0 });
    for (const [i, { intermediateSize }] of small.arch.layers.entries()) {
      const down = small.parameters.view(`layers.${i}.feedForward.down.weight`);
      for (let unit = 0; unit < intermediateSize; unit++) expect(down.some((value, at) => at % intermediateSize === unit && value !== 0)).toBe(true);
    }
  });

  it("cuts equal prunable parameters from all layers alike, and not from the first", async () => {
    const { result: { model: { arch } } } = await pruned({ penalty: proximal(), gamma: 1e9, dimensions: ["f"], targets: [{ fraction: 0.9 }], rounds: 1, finetuneSteps: 0 });
    const [first, second] = arch.layers.map(({ intermediateSize }) => intermediateSize);
    expect([Math.abs(first! - second!) <= 1, first! < 20]).toEqual([true, true]);
  });

  const layersOf8 = model.arch.layers.map((layer) => ({ ...layer, width: 8 }));
  it.each<[string, Partial<EncoderArch>]>([
    ["tied layers", { sharing: [0, 0] }], ["narrow tables", { embedding: { kind: "projected", size: 6 } }], ["linear bottlenecks", { layers: layersOf8, bottleneck: { kind: "linear", merged: false } }],
    ["MobileBERT's bottlenecks", { layers: layersOf8, bottleneck: { kind: "mobilebert", attentionInput: "shared" } }], ["one layer", { layers: model.arch.layers.slice(1) }],
  ])("prunes and goes on with a network of %s", async (kind, changes) => {
    const own = testModel(validateArch({ ...model.arch, ...changes }), head, 3);
    const run = { model: own, task: toyTask(own.arch, chainBatches, { backend }), targets: [{ fraction: 0.75 }] };
    const { result: uninterrupted } = await pruned(run);
    const checkpoint = { folder: join(folder, kind), every: 2, resume: true };
    const controller = new AbortController();
    await pruned({ ...run, checkpoint, signal: controller.signal }, (event) => { if (isStep(event, 2, "alphas", 2)) controller.abort(); });
    const { result } = await pruned({ ...run, checkpoint });
    expect(fingerprint(result.model.parameters.flat)).toBe(fingerprint(uninterrupted.model.parameters.flat));
    expect(uninterrupted.rounds.at(-1)!.value).toBeLessThanOrEqual(uninterrupted.rounds.at(-1)!.target);
  });

  const ofTraining: readonly Partial<typeof options>[] = [{ gamma: 0.1 }, { penalty: l1() }, { costs: "printed" }, { offset: true }, { alphaLearningRate: 0.1 }];
  it.each<[string, Partial<typeof options>, string]>([
    ["a target above the network", { targets: [{ value: whole + 1 }] }, "unreachable-target"],
    ["a target below one unit in each dimension", { targets: [{ value: 20 }], rounds: 1 }, "unreachable-target"],
    ["no step for prunable parameters", { alphaSteps: 0 }, "bad-option"],
    ["a fraction of a step", { finetuneSteps: 1.5 }, "bad-option"],
    ["no dimension", { dimensions: [] }, "bad-option"],
    ["fewer rounds than targets", { targets: [{ fraction: 0.5 }, { fraction: 0.7 }], rounds: 1 }, "bad-option"],
    ...ofTraining.flatMap((idle): [string, Partial<typeof options>, string][] =>
      [pruningMethods.slopes, pruningMethods.layers].map((method) => [`${Object.keys(idle)[0]} for ${method.name}`, { ...idle, method }, "bad-option"])),
  ])("refuses %s", async (_, changes, code) => {
    await expect(pruned(changes)).rejects.toMatchObject({ code: `schubert-prune/${code}` });
  });
});
