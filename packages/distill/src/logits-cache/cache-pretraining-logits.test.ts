import { uniformArch } from "@bort/arch";
import { referenceBackend } from "@bort/graph";
import { type MlmShape, type PretrainingPhase, createModel, fingerprint, pretrain } from "@bort/nn";
import { mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { chainBatches } from "../../../nn/src/chain-batches.js";
import { collect } from "../../../nn/src/test-models.js";
import { type DistillOptions, distill } from "../distill.js";
import { distillationObjective } from "../distillation-objective.js";
import { type CachePretrainingLogitsOptions, cachePretrainingLogits } from "./cache-pretraining-logits.js";
import { openLogitsCaches } from "./logits-cache-set.js";

const shapeOf = (batchSize: number, sequenceLength: number): MlmShape => ({ batchSize, sequenceLength, maskedPerSequence: 2 });
const phaseOf = (share: number, shape: MlmShape): PretrainingPhase => ({ share, shape, train: chainBatches(19, shape, 3) });
const shape = shapeOf(2, 10);
const curriculum = [phaseOf(0.5, shapeOf(4, 5)), phaseOf(0.01, shapeOf(3, 6)), phaseOf(0.3, shapeOf(3, 7))];
const archOf = (hidden: number) => uniformArch({ depth: 1, heads: 2, hidden, intermediate: 12, vocabSize: 19, positions: 10 });
const teacher = createModel(archOf(8), { kind: "mlm" } as const, 1, 0.4);
const backend = referenceBackend();
const root = mkdtempSync(join(tmpdir(), "bort-run-logits-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
let options: CachePretrainingLogitsOptions;
let made = 0;
beforeEach(() => {
  folder = join(root, String(made++));
  options = { backend, teacher, folder, shape, train: chainBatches(19, shape, 3), curriculum, steps: 9, topK: 19, precision: "float32", shardBytes: 5000 };
});
const cache = async (changed: Partial<CachePretrainingLogitsOptions> = {}): Promise<number> => (await collect(cachePretrainingLogits({ ...options, ...changed }))).result;

describe("cachePretrainingLogits", () => {
  it.each([{}, { accumulate: 2 }])("keeps what a run with a curriculum needs, so that it learns as from the teacher, bit for bit: %j", async (more) => {
    const { events, result } = await collect(cachePretrainingLogits({ ...options, ...more }));
    const of = 9 * (more.accumulate ?? 1);
    expect([events.map(({ batches }) => batches), result]).toEqual([Array.from({ length: of }, (_, i) => i + 1), of]);
    expect(readdirSync(folder).sort()).toEqual(["10-tokens", "5-tokens", "7-tokens"]); // The phase of 6 tokens has no step.
    const caches = openLogitsCaches(folder);
    const run: Omit<DistillOptions, "teacher"> = { backend, shape, train: options.train, curriculum, steps: 9, arch: archOf(4), validation: [options.train.at(50)], ...more };
    const [live, cached] = [await collect(distill({ ...run, teacher })), await collect(distill({ ...run, teacher: caches }))];
    expect(fingerprint(cached.result.model.parameters.flat)).toBe(fingerprint(live.result.model.parameters.flat));
    caches.close();
  });

  it("goes on where it was stopped, in any phase, and runs the teacher for nothing twice", async () => {
    for (const stopped of [2, 5, 7]) {
      folder = join(root, `stopped-${made++}`);
      const controller = new AbortController();
      for await (const { batches } of cachePretrainingLogits({ ...options, folder, signal: controller.signal })) if (batches === stopped) controller.abort();
      const { events, result } = await collect(cachePretrainingLogits({ ...options, folder }));
      expect([events.map(({ batches }) => batches), result]).toEqual([Array.from({ length: 9 - stopped }, (_, i) => stopped + i + 1), 9]);
    }
  });

  it("ends at once where it is interrupted, and says how many batches are there", async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await cache({ signal: controller.signal })).toBe(0);
    expect(readdirSync(root)).not.toContain(folder.split("/").at(-1));
  });

  it("serves longer runs of one length: it grows", async () => {
    expect(await cache({ curriculum: [], steps: 3 })).toBe(3);
    const { events } = await collect(cachePretrainingLogits({ ...options, curriculum: [], steps: 5 }));
    expect(events.map(({ batches }) => batches)).toEqual([4, 5]);
  });

  it.each([
    ["other steps, where a curriculum puts them elsewhere", { steps: 12 }, "other steps of a run"],
    ["no curriculum", { curriculum: [] }, "sequences of 5 tokens, which this run does not train on"],
    ["another curriculum", { curriculum: [phaseOf(0.5, shapeOf(5, 5)), ...curriculum.slice(1)] }, "batches of another shape"],
    ["another teacher", { teacher: createModel(archOf(8), { kind: "mlm" } as const, 2, 0.4) }, "another teacher"],
  ] as const)("refuses what is there for a run with %s", async (_, changed, told) => {
    await cache();
    const before = readdirSync(folder, { recursive: true }).map((name) => `${String(name)} ${statSync(join(folder, String(name))).size}`);
    await expect(cache(changed)).rejects.toMatchObject({ code: "distill/other-cache", message: expect.stringContaining(told) });
    expect(readdirSync(folder, { recursive: true }).map((name) => `${String(name)} ${statSync(join(folder, String(name))).size}`)).toEqual(before);
  });
});

describe("openLogitsCaches", () => {
  it("refuses a folder without a cache, and caches of two teachers", async () => {
    expect(() => openLogitsCaches(folder)).toThrow(expect.objectContaining({ code: "distill/bad-cache" }));
    await cache();
    const other = join(root, `other-${made++}`);
    await cache({ folder: other, teacher: createModel(archOf(8), { kind: "mlm" } as const, 2, 0.4) });
    rmSync(join(folder, "7-tokens"), { recursive: true });
    renameSync(join(other, "7-tokens"), join(folder, "7-tokens"));
    expect(() => openLogitsCaches(folder)).toThrow(expect.objectContaining({ code: "distill/other-cache", message: expect.stringContaining("7-tokens") }));
  });

  it("gives an objective nothing for batches that none of the caches is of", async () => {
    await cache();
    const caches = openLogitsCaches(folder);
    const objective = distillationObjective({ backend, teachers: [caches] });
    expect(() => objective.graph(archOf(4), shapeOf(3, 6))).toThrow(expect.objectContaining({ code: "distill/other-cache", message: expect.stringContaining("4 x 5 with 2 masked or 3 x 7") }));
    const run = pretrain({ backend, objective, arch: archOf(4), shape, train: options.train, validation: [options.train.at(50)], steps: 1 });
    await expect(collect(run)).rejects.toMatchObject({ code: "distill/other-cache", message: expect.stringContaining("batch 0 is not the one") });
    caches.close();
  });
});
