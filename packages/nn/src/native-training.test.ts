import { uniformArch } from "@bort/arch";
import { nativeBackend, type NativeBackend } from "@bort/backend-native";
import { onnxBackend } from "@bort/backend-onnx";
import { type Backend } from "@bort/graph";
import { afterAll, describe, expect, it } from "vitest";
import { chainBatches } from "./chain-batches.js";
import { fingerprint } from "./fingerprint.js";
import { mlmFeeds, mlmLossGraph } from "./mlm.js";
import { createModel } from "./model.js";
import { adamW } from "./optimizer/adamw.js";
import { lamb } from "./optimizer/lamb.js";
import { sgd } from "./optimizer/sgd.js";
import { temporaryFolder } from "./temporary-folder.js";
import { archKinds, collect, unevenArch } from "./test-models.js";
import { Trainer, type TrainerOptions } from "./trainer.js";
import { runTraining } from "./training-run.js";

const engines: NativeBackend[] = [];
let absent = "";
try {
  engines.push(await nativeBackend({ threads: 2 }), await nativeBackend({ threads: 2 }));
} catch (error) {
  absent = ` (skipped: ${(error as Error).message})`;
}
afterAll(() => Promise.all(engines.map((engine) => engine.close())));

const shape = { batchSize: 4, sequenceLength: 12, maskedPerSequence: 2 };
const batches = chainBatches(29, shape, 1);
const folderAt = temporaryFolder();
const arch = { ...unevenArch, vocabSize: 29 };

function trainerOn(backend: Backend, options: Partial<TrainerOptions> = {}, trained = arch): Promise<Trainer> {
  const { parameters } = createModel(trained, { kind: "mlm" }, 5);
  return Trainer.create({ backend, parameters, graph: mlmLossGraph(trained, shape), optimizer: adamW({ epsilon: 1e-4 }), ...options });
}

async function trained(backend: Backend, steps: number, options: Partial<TrainerOptions> = {}, network = arch): Promise<{ losses: number[]; flat: Float32Array }> {
  const trainer = await trainerOn(backend, options, network);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) losses.push((await trainer.step(mlmFeeds(batches.at(step)), 5e-3)).loss);
  await trainer.dispose();
  return { losses, flat: trainer.state.parameters.flat };
}

const furthest = (a: Float32Array, b: Float32Array): number => a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);

describe.skipIf(engines.length === 0)(`training on the native engine${absent}`, () => {
  const kinds = ["with a bottleneck, shared and projected", "of MobileBERT"].map((kind) => [kind, { ...archKinds[kind]!, vocabSize: 29 }] as const);

  it.each([["uneven", arch], ...kinds] as const)("follows ONNX Runtime to 1e-4 over 50 steps: %s", async (_, network) => {
    const [native, onnx] = [await trained(engines[0]!, 50, {}, network), await trained(await onnxBackend({ threads: 1 }), 50, {}, network)];
    native.losses.forEach((loss, i) => expect(Math.abs(loss - onnx.losses[i]!)).toBeLessThan(1e-4));
    expect(native.losses.at(-1)).toBeLessThan(native.losses[0]! - 0.1);
  });

  it("gives the same bits over 50 steps, in one engine and in another", async () => {
    const [first, again, elsewhere] = [await trained(engines[0]!, 50), await trained(engines[0]!, 50), await trained(engines[1]!, 50)];
    expect(fingerprint(again.flat)).toBe(fingerprint(first.flat));
    expect(fingerprint(elsewhere.flat)).toBe(fingerprint(first.flat));
  });

  it("leaves the parameters in ordinary memory, and gives all of its own back", async () => {
    const before = engines[0]!.memoryInUse();
    const { flat } = await trained(engines[0]!, 2, { averageDecay: 0.9 });
    expect(flat.buffer).toBeInstanceOf(ArrayBuffer);
    expect(engines[0]!.memoryInUse()).toBe(before);
  });

  it("keeps the gradient through the step that takes it, and computes another without a step", async () => {
    const trainer = await trainerOn(engines[0]!, { optimizer: sgd() });
    const feeds = mlmFeeds(batches.at(0));
    const loss = await trainer.differentiate(feeds);
    const gradient = fingerprint(trainer.gradient);
    expect((await trainer.step(feeds, 0.1)).loss).toBe(loss);
    expect(fingerprint(trainer.gradient)).toBe(gradient);
    const stepped = fingerprint(trainer.state.parameters.flat);
    expect(await trainer.differentiate(feeds)).toBeLessThan(loss);
    expect(fingerprint(trainer.gradient)).not.toBe(gradient);
    expect(fingerprint(trainer.state.parameters.flat)).toBe(stepped);
    await trainer.dispose();
  });

  it.each([["uneven", arch], ...kinds] as const)("computes layers again to the same bits: %s", async (_, network) => {
    const [held, again] = [await trained(engines[0]!, 5, {}, network), await trained(engines[0]!, 5, { recompute: true }, network)];
    expect(again.losses).toEqual(held.losses);
    expect(fingerprint(again.flat)).toBe(fingerprint(held.flat));
  });

  it("holds one layer's activations at a time where layers are computed again", async () => {
    const deep = uniformArch({ depth: 8, heads: 2, hidden: 32, intermediate: 128, vocabSize: 29, positions: 12 });
    const inUse = async (recompute: boolean): Promise<number> => {
      const trainer = await trainerOn(engines[0]!, { recompute }, deep);
      const before = engines[0]!.memoryInUse();
      await trainer.step(mlmFeeds(batches.at(0)), 1e-3);
      const taken = engines[0]!.memoryInUse() - before;
      await trainer.dispose();
      return taken;
    };
    expect(await inUse(true)).toBeLessThan((await inUse(false)) / 3);
  });

  it("takes LAMB's steps as ONNX Runtime does", async () => {
    const options = { optimizer: lamb() };
    const [native, onnx] = [await trained(engines[0]!, 5, options), await trained(await onnxBackend({ threads: 1 }), 5, options)];
    expect(furthest(native.flat, onnx.flat)).toBeLessThan(1e-4);
  });

  /** Trains to step `last` of 8, with checkpoints in `folder`, from the last one there; a fingerprint of the parameters and the optimizer's slots. */
  async function runTo(last: number, folder: string, backend: Backend = engines[0]!): Promise<string> {
    const trainer = await trainerOn(backend);
    const stop = new AbortController();
    const generator = runTraining({
      trainer, steps: 8, schedule: () => 5e-3, signal: stop.signal, feeds: (step) => ({ batch: mlmFeeds(batches.at(step)), tokens: 48 }),
      checkpoint: { folder, every: 3, settings: {}, resume: true },
    });
    await collect((async function* () {
      for (;;) {
        const next = await generator.next();
        if (next.done === true) return next.value;
        if (next.value.type === "step" && next.value.step === last) stop.abort();
        yield next.value;
      }
    })());
    await trainer.dispose();
    return fingerprint(trainer.state.parameters.flat, ...Object.values(trainer.state.slots));
  }

  it("resumes bit for bit where it was interrupted", async () => {
    const whole = await runTo(8, folderAt("whole"));
    const parts = folderAt("parts");
    await runTo(4, parts);
    expect(await runTo(8, parts)).toBe(whole);
  });

  it.each([
    ["the optimizer's moments", 168, [true, false, false]],
    ["all of them", 192, [false, false, false]],
  ] as const)("takes the same steps, bit for bit, where arrays find no room in the engine's memory: %s", async (_, pagesTaken, inside) => {
    const backend = await nativeBackend({ threads: 2, maximumMemoryBytes: 256 * 65_536 });
    const other = backend.memory.allocate(pagesTaken * 16_384);
    const before = backend.memoryInUse();
    const trainer = await trainerOn(backend);
    const { parameters, slots } = trainer.state;
    expect([parameters.flat, ...Object.values(slots)].map(({ buffer }) => buffer instanceof SharedArrayBuffer)).toEqual(inside);
    await trainer.dispose();
    const parts = folderAt(`small-${pagesTaken}`);
    await runTo(4, parts, backend);
    expect(await runTo(8, parts, backend)).toBe(await runTo(8, folderAt(`large-${pagesTaken}`)));
    for (const options of [{ optimizer: lamb() }, { averageDecay: 0.9 }]) {
      expect(fingerprint((await trained(backend, 3, options)).flat)).toBe(fingerprint((await trained(engines[0]!, 3, options)).flat));
    }
    expect(backend.memoryInUse()).toBe(before);
    backend.memory.free(other);
    await backend.close();
  });
});
