import { readFileSync } from "node:fs";
import { join } from "node:path";
import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { type MlmBatch } from "@bort/data";
import * as op from "@bort/graph";
import { describe, expect, it } from "vitest";
import { chainBatches } from "./chain-batches.js";
import { fingerprint } from "./fingerprint.js";
import { type GradientHook } from "./gradient-hook.js";
import { labelLoss } from "./losses.js";
import { evaluateMlm, mlmNodes } from "./mlm.js";
import { createModel } from "./model.js";
import { adamW } from "./optimizer/adamw.js";
import { lamb } from "./optimizer/lamb.js";
import { type UpdateHook } from "./optimizer/update-tail.js";
import { type PretrainOptions, type PretrainResult, type PretrainingObjective, mlmObjective, phaseSteps, pretrain, shortFirst } from "./pretrain.js";
import { temporaryFolder } from "./temporary-folder.js";
import { collect } from "./test-models.js";

const at = temporaryFolder();
const shape = { batchSize: 16, sequenceLength: 12, maskedPerSequence: 2 };
const validation = [chainBatches(17, shape, 7).at(0), chainBatches(17, shape, 7).at(1)];
const options: PretrainOptions = {
  backend: await onnxBackend({ threads: 1 }), shape, validation, steps: 300, learningRate: 1e-2,
  arch: uniformArch({ depth: 1, heads: 2, hidden: 16, intermediate: 32, vocabSize: 17, positions: 12, layerNormEps: 1e-5 }), train: chainBatches(17, shape, 1),
};

const hooks: { readonly update: UpdateHook; readonly gradient: GradientHook } = {
  update: ({ after }) => op.mul(after, 0.99),
  gradient: ({ gradients }) => ({ "mlm.dense.weight": op.mul(gradients["mlm.dense.weight"]!, 0.5) }),
};

/** Masked language modelling that notes the batches that it is fed. */
const logging = (taken: MlmBatch[]): PretrainingObjective => ({
  ...mlmObjective(),
  feeds: (batch, ...place) => {
    taken.push(batch);
    return mlmObjective().feeds(batch, ...place);
  },
});

describe("pretrain", () => {
  it("learns a language, and measures it on other text", async () => {
    const { events, result } = await collect(pretrain(options));
    const measured = (name: string): number[] => events.flatMap((event) => (event.type === "evaluation" ? [event.metrics[name]!] : []));
    const [losses, accuracies] = [measured("validationLoss"), measured("validationAccuracy")];
    expect(events.flatMap((event) => (event.type === "evaluation" ? [event.step] : []))).toEqual([0, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300]);
    expect(losses[0]).toBeGreaterThan(2.5);
    expect(losses.at(-1)).toBeLessThan(1.6); // The best guess without its neighbours gives more than 2.
    expect(accuracies.at(-1)).toBeGreaterThan(accuracies[0]! + 0.2);
    expect(await evaluateMlm(options.backend, result.model, shape, validation)).toEqual({ loss: losses.at(-1), accuracy: accuracies.at(-1) });
    expect(result.summary).toMatchObject({ steps: 300, interrupted: false });
  });

  it("gives the same model for the same seed, and another for another", async () => {
    const flat = async (changed: Partial<PretrainOptions>): Promise<string> => fingerprint((await collect(pretrain({ ...options, steps: 3, ...changed }))).result.model.parameters.flat);
    const first = await flat({});
    expect(await flat({})).toBe(first);
    for (const changed of [{ seed: 1 }, { learningRate: 1e-3 }, { schedule: "noam" as const }, { warmupRatio: 0.7 }, { maxGradientNorm: 1e-4 }, { optimizer: adamW({ beta1: 0.5 }) }]) {
      expect(await flat(changed), JSON.stringify(changed)).not.toBe(first);
    }
  });

  it("takes its curriculum's steps first, each on batches of its shape", async () => {
    const short = { batchSize: 3, sequenceLength: 6, maskedPerSequence: 1 };
    const [curriculumTrain, taken] = [chainBatches(17, short, 1), [] as MlmBatch[]];
    const { events } = await collect(pretrain({ ...options, steps: 4, curriculum: [{ share: 0.5, shape: short, train: curriculumTrain }], objective: logging(taken) }));
    expect(taken).toEqual([curriculumTrain.at(0), curriculumTrain.at(1), options.train.at(2), options.train.at(3)]);
    expect(events.filter(({ type }) => type === "step")).toHaveLength(4);
  });

  it("resumes the same run alone, whatever differs", async () => {
    const checkpoint = { folder: at("run"), every: 2, resume: true };
    const attempt = async (changed: Partial<PretrainOptions>): Promise<string> => {
      const { events } = await collect(pretrain({ ...options, steps: 4, ...changed, checkpoint }));
      return events.map(({ type, step }) => `${type} ${step}`).join(", ");
    };
    expect(await attempt({})).toContain("checkpoint 4");
    expect(await attempt({})).toBe("resumed 4, evaluation 4");
    for (const [changed, name] of [
      [{ seed: 1 }, "seed"], [{ steps: 5 }, "steps"], [{ learningRate: 1e-3 }, "learningRate"], [{ warmupRatio: 0.5 }, "warmupRatio"], [{ schedule: "noam" }, "schedule"],
      [{ maxGradientNorm: 2 }, "maxGradientNorm"], [{ optimizer: adamW({ weightDecay: 0 }) }, "optimizer.weightDecay"], [{ train: chainBatches(17, shape, 2) }, "firstBatch"],
      [{ accumulate: 2 }, "accumulate"], [{ groups: () => ({}) }, "groups"], [{ average: { decay: 0.9 } }, "averageDecay"],
      [{ updateHook: hooks.update }, "updateHook"], [{ gradientHook: hooks.gradient }, "gradientHook"],
      [{ curriculum: [{ share: 0.5, shape: { ...shape, sequenceLength: shape.sequenceLength - 1 }, train: options.train }] }, "curriculum.0"], [{ arch: { ...options.arch, activation: "geluTanh" } }, "arch.activation"], [{ objective: { ...mlmObjective(), settings: { objective: "other" } } }, "objective"],
    ] as const) {
      await expect(attempt(changed)).rejects.toMatchObject({ code: "nn/other-run", message: expect.stringContaining(`another ${name} (`) });
    }
  });

  it("does not resume a run whose hook differs in the elements of a constant alone", async () => {
    const checkpoint = { folder: at("hooked"), every: 2, resume: true };
    const { length } = createModel(options.arch, { kind: "mlm" }, 0).parameters.view("mlm.dense.bias");
    const masked = (kept: number): PretrainOptions => ({
      ...options, steps: 2, checkpoint,
      gradientHook: ({ gradients }) => ({ "mlm.dense.bias": op.mul(gradients["mlm.dense.bias"]!, op.constant(Array.from({ length }, (_, i) => Number(i === kept)), [length])) }),
    });
    await collect(pretrain(masked(0)));
    await collect(pretrain(masked(0)));
    await expect(collect(pretrain(masked(1)))).rejects.toMatchObject({ code: "nn/other-run", message: expect.stringContaining("gradientHook") });
  });

  it("leaves out what no op of the network drops", async () => {
    const { result } = await collect(pretrain({ ...options, steps: 2, dropout: { classifier: 0.5 } }));
    const { result: without } = await collect(pretrain({ ...options, steps: 2 }));
    expect(fingerprint(result.model.parameters.flat)).toBe(fingerprint(without.model.parameters.flat));
  });
});

describe("a run from given weights", () => {
  const start = createModel(options.arch, { kind: "mlm" }, 5);
  const flat = ({ model }: PretrainResult): string => fingerprint(model.parameters.flat);

  it("begins at their validation loss, leaves them as they are, and ends elsewhere than a fresh one or one of other weights", async () => {
    const before = fingerprint(start.parameters.flat);
    const { loss } = await evaluateMlm(options.backend, start, shape, validation);
    const { events, result } = await collect(pretrain({ ...options, steps: 3, start }));
    expect(events[0]).toMatchObject({ type: "evaluation", step: 0, metrics: { validationLoss: loss } });
    expect(fingerprint(start.parameters.flat)).toBe(before);
    const others = [{}, { start: createModel(options.arch, { kind: "mlm" }, 6) }];
    for (const other of others) expect(flat((await collect(pretrain({ ...options, steps: 3, ...other }))).result)).not.toBe(flat(result));
  });

  it("goes on as one fresh run does where they are what it would draw, whatever groups there are and however the weights are laid out", async () => {
    const groups: PretrainOptions["groups"] = ({ name }) => (name.startsWith("layers.") ? { learningRateFactor: 0.5 } : {});
    const [fresh, laidOut] = [createModel(options.arch, { kind: "mlm" }, 0), createModel(options.arch, { kind: "mlm" }, 0)];
    const regrouped = { ...laidOut, parameters: laidOut.parameters.regrouped(({ name }) => ({ frozen: name.endsWith("bias") })) };
    for (const more of [{}, { groups }]) {
      const whole = await collect(pretrain({ ...options, ...more, steps: 3 }));
      for (const same of [fresh, regrouped]) expect(flat((await collect(pretrain({ ...options, ...more, steps: 3, start: same }))).result)).toBe(flat(whole.result));
    }
  });

  it("resumes bit for bit from the same weights alone", async () => {
    const whole = await collect(pretrain({ ...options, steps: 4, start }));
    const checkpoint = { folder: at("started"), every: 100, resume: true };
    const controller = new AbortController();
    for await (const event of pretrain({ ...options, steps: 4, start, checkpoint, signal: controller.signal })) if (event.type === "step" && event.step === 2) controller.abort();
    const again = (changed: Partial<PretrainOptions>): AsyncGenerator<unknown, PretrainResult> => pretrain({ ...options, steps: 4, ...changed, checkpoint });
    for (const changed of [{}, { start: createModel(options.arch, { kind: "mlm" }, 6) }]) {
      await expect(collect(again(changed))).rejects.toMatchObject({ code: "nn/other-run", message: expect.stringContaining("another startingParameters (") });
    }
    const second = await collect(again({ start }));
    expect(second.events[0]).toEqual({ type: "resumed", step: 2 });
    expect(flat(second.result)).toBe(flat(whole.result));
  });

  it("leaves no trace of them in the checkpoint of a fresh run", async () => {
    const checkpoint = { folder: at("fresh"), every: 1, resume: false };
    await collect(pretrain({ ...options, steps: 1, checkpoint }));
    expect(Object.keys((JSON.parse(readFileSync(join(checkpoint.folder, "checkpoint.json"), "utf8")) as { settings: object }).settings)).not.toContain("startingParameters");
  });

  it("refuses those of another architecture by what differs, and not those of one that spells out defaults", async () => {
    const wider = { ...options.arch, layers: [{ ...options.arch.layers[0]!, intermediateSize: 24 }] };
    await expect(pretrain({ ...options, start: createModel(wider, { kind: "mlm" }, 0) }).next()).rejects.toMatchObject({
      code: "nn/bad-option", message: expect.stringContaining("whose layers.0.intermediateSize is 32, got 24;"),
    });
    const spelledOut = { ...start, arch: { ...start.arch, normalization: "layerNorm" as const, sharing: [0] } };
    expect((await pretrain({ ...options, start: spelledOut }).next()).value).toMatchObject({ type: "evaluation", step: 0 });
  });
});

describe("a run with everything on", () => {
  const everything: Partial<PretrainOptions> = {
    steps: 5, accumulate: 3, optimizer: lamb(), average: { decay: 0.8 },
    groups: ({ name }) => (name.startsWith("embeddings.word") ? { frozen: true } : name.startsWith("layers.") ? { learningRateFactor: 0.5, decay: 0.1 } : {}),
    gradientHook: hooks.gradient, updateHook: hooks.update,
  };
  const models = ({ model, averaged }: PretrainResult): string[] => [model, averaged!].map(({ parameters }) => fingerprint(parameters.flat));

  it("equals the same run interrupted and resumed, bit for bit, its average too, and no run that lacks one of them", async () => {
    const whole = await collect(pretrain({ ...options, ...everything }));
    for (const last of [1, 3]) {
      const checkpoint = { folder: at(`everything-${last}`), every: 100, resume: true };
      const controller = new AbortController();
      const first = pretrain({ ...options, ...everything, checkpoint, signal: controller.signal });
      for (let next = await first.next(); next.done !== true; next = await first.next()) if (next.value.type === "step" && next.value.step === last) controller.abort();
      const second = await collect(pretrain({ ...options, ...everything, checkpoint }));
      expect(second.events[0]).toEqual({ type: "resumed", step: last });
      expect(models(second.result)).toEqual(models(whole.result));
    }
    const without = async (name: keyof PretrainOptions): Promise<string> => {
      const rest = Object.fromEntries(Object.entries(everything).filter(([key]) => key !== name));
      return fingerprint((await collect(pretrain({ ...options, ...rest }))).result.model.parameters.flat);
    };
    for (const name of ["accumulate", "groups", "gradientHook", "updateHook"] as const) expect(await without(name), name).not.toBe(models(whole.result)[0]);
    expect(await without("average")).toBe(models(whole.result)[0]);
  });

  it("leaves frozen parameters as they were drawn, bit for bit", async () => {
    const { result } = await collect(pretrain({ ...options, ...everything }));
    const fresh = createModel(options.arch, { kind: "mlm" }, 0).parameters;
    for (const { parameters } of [result.model, result.averaged!]) expect(parameters.view("embeddings.word")).toEqual(fresh.view("embeddings.word"));
    expect(result.model.parameters.view("embeddings.position")).not.toEqual(fresh.view("embeddings.position"));
  });

  it("measures the average, or the weights where that is asked for", async () => {
    const losses = async (evaluate?: boolean): Promise<[unknown, PretrainResult]> => {
      const { events, result } = await collect(pretrain({ ...options, ...everything, average: { decay: 0.8, ...(evaluate !== undefined && { evaluate }) } }));
      return [events.findLast(({ type }) => type === "evaluation"), result];
    };
    for (const evaluate of [undefined, true, false]) {
      const [event, { model, averaged }] = await losses(evaluate);
      const { loss, accuracy } = await evaluateMlm(options.backend, evaluate === false ? model : averaged!, shape, validation);
      expect(event).toMatchObject({ metrics: { validationLoss: loss, validationAccuracy: accuracy } });
    }
  });
});

describe("what an objective trains beside the model", () => {
  const extra = { name: "extra.gain", shape: [17], init: "ones", decay: false } as const;
  const objective: PretrainingObjective = {
    ...mlmObjective(),
    parameters: () => [extra],
    graph: (arch, of) => {
      const { logits, labels, weights } = mlmNodes(arch, of);
      return { loss: labelLoss(op.mul(logits, op.parameter(extra.name, extra.shape)), labels, weights) };
    },
  };

  it("is trained and resumed with it, and is in no model", async () => {
    const run = (name: string, more: Partial<PretrainOptions> = {}): Promise<{ result: PretrainResult }> =>
      collect(pretrain({ ...options, steps: 6, objective, ...more, checkpoint: { folder: at(name), every: 3, resume: true } }));
    const whole = await run("beside");
    const controller = new AbortController();
    const first = pretrain({ ...options, steps: 6, objective, signal: controller.signal, checkpoint: { folder: at("beside-halves"), every: 3, resume: true } });
    for await (const event of first) if (event.type === "step" && event.step === 2) controller.abort();
    const halves = await run("beside-halves");
    expect(fingerprint(halves.result.model.parameters.flat)).toBe(fingerprint(whole.result.model.parameters.flat));
    expect(whole.result.model.parameters.specs).toEqual(createModel(options.arch, { kind: "mlm" }, 0).parameters.specs);
    const start = createModel(options.arch, { kind: "mlm" }, 0); // What the run draws itself.
    expect(fingerprint((await run("beside-start", { start })).result.model.parameters.flat)).toBe(fingerprint(whole.result.model.parameters.flat));
    const frozen = await run("beside-frozen", { groups: ({ name }) => ({ frozen: name === extra.name }) });
    expect(fingerprint(frozen.result.model.parameters.flat.slice(0, 100))).not.toBe(fingerprint(whole.result.model.parameters.flat.slice(0, 100)));
  });

  it("may not have a name of the model's", async () => {
    const taken = { ...objective, parameters: () => [{ ...extra, name: "mlm.bias" }] };
    await expect(pretrain({ ...options, objective: taken }).next()).rejects.toMatchObject({ code: "nn/bad-option", message: expect.stringContaining('"mlm.bias" is there twice') });
  });
});

describe("accumulate", () => {
  it("takes as many batches a step, in their order, and counts their tokens", async () => {
    const taken: MlmBatch[] = [];
    const { result } = await collect(pretrain({ ...options, steps: 2, accumulate: 3, objective: logging(taken) }));
    expect(taken).toEqual([0, 1, 2, 3, 4, 5].map((at) => options.train.at(at)));
    expect(result.summary.tokensPerSecond * result.summary.seconds).toBeCloseTo(2 * 3 * 16 * 12, 3);
  });

  it.each([0, 1.5, Number.NaN])("of %d batches is refused", async (accumulate) => {
    await expect(pretrain({ ...options, accumulate }).next()).rejects.toMatchObject({ code: "nn/bad-option" });
  });
});

describe("a curriculum", () => {
  const short = { ...shape, sequenceLength: shape.sequenceLength - 1 };
  it.each([
    ["two phases of one length", [{ share: 0.5, shape, train: options.train }]],
    ["a share of 0", [{ share: 0, shape: short, train: options.train }]],
    ["nothing left for the main phase", [{ share: 1, shape: short, train: options.train }]],
    ["a share that is no number", [{ share: Number.NaN, shape: short, train: options.train }]],
  ])("with %s is refused", async (_, curriculum) => {
    await expect(pretrain({ ...options, curriculum }).next()).rejects.toMatchObject({ code: "nn/bad-option" });
  });
});

describe("phaseSteps", () => {
  it("counts the steps that a run takes in each phase, whatever shares and steps", async () => {
    for (const [steps, shares] of [[7, [0.5, 0.25]], [10, [0.3, 0.3, 0.3]], [3, [0.1, 0.7]], [1, [0.5]], [2, []]] as const) {
      const curriculum = shares.map((share, i) => {
        const short = { ...shape, sequenceLength: 4 + i };
        return { share, shape: short, train: chainBatches(17, short, 1) };
      });
      const taken: MlmBatch[] = [];
      await collect(pretrain({ ...options, steps, curriculum, objective: logging(taken) }));
      const counted = phaseSteps(curriculum, steps).flatMap(({ first, count }, i) => Array.from({ length: count }, (_, j) => (curriculum[i] ?? options).train.at(first + j)));
      expect(taken).toEqual(counted);
    }
  });
});

describe("shortFirst", () => {
  it("doubles the length up to the run's own, with as many tokens a batch and as many of them masked", () => {
    const phases = shortFirst({ batchSize: 4, sequenceLength: 64, maskedPerSequence: 10 }, (asked) => chainBatches(17, asked, 1));
    expect(phases.map(({ share, shape: { batchSize, sequenceLength, maskedPerSequence } }) => [share, batchSize, sequenceLength, maskedPerSequence]))
      .toEqual([[0.5, 32, 8, 1], [0.125, 16, 16, 3], [0.125, 8, 32, 5]]);
    for (const { shape: own, train } of phases) expect(train.at(0).ids).toHaveLength(own.batchSize * own.sequenceLength);
  });

  it("has nothing shorter for short sequences", () => {
    expect(shortFirst({ batchSize: 4, sequenceLength: 15, maskedPerSequence: 2 }, () => options.train)).toEqual([]);
    expect(shortFirst({ batchSize: 4, sequenceLength: 16, maskedPerSequence: 2 }, () => options.train)).toMatchObject([{ share: 0.5, shape: { sequenceLength: 8 } }]);
  });
});
