import { uniformArch } from "@bort/arch";
import { type Backend, evaluate, referenceBackend } from "@bort/graph";
import { createModel, mlmNodes } from "@bort/nn";
import { existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { chainBatches } from "../../../nn/src/chain-batches.js";
import { collect } from "../../../nn/src/test-models.js";
import { type CacheTeacherLogitsOptions, cacheTeacherLogits } from "./cache-teacher-logits.js";
import { openLogitsCache } from "./logits-cache.js";

const shape = { batchSize: 2, sequenceLength: 10, maskedPerSequence: 2 };
const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 12, vocabSize: 19, positions: 10 });
const teacher = createModel(arch, { kind: "mlm" } as const, 1, 0.4);
const train = chainBatches(19, shape, 3);
const root = mkdtempSync(join(tmpdir(), "bort-logits-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** How often a program ran. */
let runs = 0;
const reference = referenceBackend();
const backend: Backend = {
  ...reference,
  compile: async (graph) => {
    const program = await reference.compile(graph);
    return { ...program, run: (feeds, into) => { runs++; return program.run(feeds, into); }, dispose: () => program.dispose() };
  },
};

let folder: string;
let options: CacheTeacherLogitsOptions;
let made = 0;
beforeEach(() => {
  folder = join(root, String(made++));
  options = { backend, teacher, train, shape, folder, batches: 7, topK: 5, shardBytes: 500 }; // A batch is 120 bytes: shards of 4 batches.
  runs = 0;
});

const cache = async (changed: Partial<CacheTeacherLogitsOptions> = {}): Promise<number> => (await collect(cacheTeacherLogits({ ...options, ...changed }))).result;
const contents = (at: string = folder): Record<string, string> => Object.fromEntries(readdirSync(at).sort().map((name) => [name, readFileSync(join(at, name), "hex")]));
const shard = (number: number): string => join(folder, `logits-00000${number}.bin`);

describe("cacheTeacherLogits", () => {
  it("keeps what the teacher says on every batch", async () => {
    const { events, result } = await collect(cacheTeacherLogits({ ...options, topK: 19, precision: "float32" }));
    expect(result).toBe(7);
    expect(events.map(({ batches, of }) => `${batches} of ${of}`)).toEqual(["1 of 7", "2 of 7", "3 of 7", "4 of 7", "5 of 7", "6 of 7", "7 of 7"]);
    const opened = openLogitsCache(folder);
    expect(opened.batches).toBe(7);
    for (const index of [6, 0, 3]) {
      const { ids, positions } = train.at(index);
      const [logits] = evaluate([mlmNodes(arch, shape).logits], { ...teacher.parameters.views, ids, positions });
      expect(opened.read(index).logits).toEqual(Float32Array.from(logits!));
    }
    opened.close();
  });

  it("goes on where it was stopped, at any batch, and ends with the same files", async () => {
    await cache();
    const whole = contents();
    expect(Object.keys(whole)).toEqual(["cache.json", "logits-000000.bin", "logits-000001.bin"]);
    for (const stopped of [1, 4, 5]) {
      folder = join(root, `stopped-${made++}`);
      const controller = new AbortController();
      let last = 0;
      for await (const { batches } of cacheTeacherLogits({ ...options, folder, signal: controller.signal })) {
        last = batches;
        if (batches === stopped) controller.abort();
      }
      expect(last).toBe(stopped);
      expect(openLogitsCache(folder).batches).toBe(stopped);
      runs = 0;
      expect(await cache({ folder })).toBe(7);
      expect(runs).toBe(7 - stopped);
      expect(contents()).toEqual(whole);
    }
  });

  it("loses at most the shard in progress where its process is killed, whatever was left half-written", async () => {
    await cache({ batches: 4 });
    writeFileSync(`${shard(1)}.0123456789ab.tmp`, "half");
    runs = 0;
    await cache();
    expect(runs).toBe(3);
    expect(openLogitsCache(folder).batches).toBe(7);
  });

  it("keeps what a consumer that leaves has been told of", async () => {
    for await (const { batches } of cacheTeacherLogits(options)) if (batches === 2) break;
    expect(openLogitsCache(folder).batches).toBe(2);
  });

  it("grows, and does not run the teacher for what is there", async () => {
    await cache();
    runs = 0;
    expect(await cache({ batches: 3 })).toBe(3);
    expect(runs).toBe(0);
    expect(await cache({ batches: 9 })).toBe(9);
    expect(runs).toBe(2);
  });

  it("fills the gap where a shard was removed", async () => {
    await cache();
    const whole = contents();
    rmSync(shard(0));
    expect(() => openLogitsCache(folder)).toThrow(expect.objectContaining({ code: "distill/bad-cache" }));
    await cache();
    expect(contents()).toEqual(whole);
  });

  it.each([
    ["another teacher (weights", { teacher: createModel(arch, { kind: "mlm" } as const, 2, 0.4) }],
    ["another teacher;", { teacher: createModel({ ...arch, activation: "geluTanh" }, { kind: "mlm" } as const, 1, 0.4) }],
    ["batches of another shape (shape", { shape: { ...shape, maskedPerSequence: 1 }, train: chainBatches(19, { ...shape, maskedPerSequence: 1 }, 3) }],
    ["other batches: text, seed, packing or masks differ (firstBatch", { train: chainBatches(19, shape, 4) }],
    ["other steps of a run (start none, now 2)", { start: 2 }],
    ["other options (topK", { topK: 6 }],
    ["other options (precision", { precision: "float32" }],
    ["other options (temperatures", { temperatures: [1] }],
    ["other options (shardRecords", { shardBytes: 10_000 }],
  ] as const)("refuses a folder with a cache of %s", async (told, changed) => {
    await cache();
    const before = contents();
    await expect(cache(changed)).rejects.toMatchObject({ code: "distill/other-cache", message: expect.stringContaining(`a cache of ${told}`) });
    expect(contents()).toEqual(before);
  });

  it.each([{ batches: 0 }, { batches: 1.5 }, { start: -1 }, { topK: 0 }, { topK: 20 }, { topK: 2.5 }, { temperatures: [] }, { temperatures: [1, 0] }, { shardBytes: 0 }])("refuses %j", async (changed) => {
    await expect(cache(changed)).rejects.toMatchObject({ code: "distill/bad-option" });
    expect(readdirSync(root)).not.toContain(folder.split("/").at(-1));
  });

  it("leaves the folder to others where the teacher does not read such batches", async () => {
    const long = { ...shape, sequenceLength: 12 };
    await expect(cache({ shape: long, train: chainBatches(19, long, 3) })).rejects.toMatchObject({ name: "NnError" });
    expect(existsSync(folder)).toBe(false);
    expect(await cache()).toBe(7);
  });

  it("refuses a folder that is being written, and leaves what is written there", async () => {
    const writing = cacheTeacherLogits(options);
    await writing.next();
    await expect(cache()).rejects.toMatchObject({ code: "distill/locked", message: expect.stringContaining(`process ${process.pid}`) });
    await writing.return(0);
    expect(await cache()).toBe(7);
    expect(openLogitsCache(folder).batches).toBe(7);
  });

  it("refuses a teacher that says what is not finite, and leaves nothing where it has kept nothing", async () => {
    const broken = createModel(arch, { kind: "mlm" } as const, 1);
    broken.parameters.view("mlm.bias")[3] = Number.NaN;
    await expect(cache({ teacher: broken, folder: join(folder, "deep/down") })).rejects.toMatchObject({ code: "distill/not-finite" });
    expect(existsSync(folder)).toBe(false);
  });

  it("takes a folder over from a process that was killed before its first shard, whatever its teacher", async () => {
    await cache();
    for (const name of readdirSync(folder)) if (name.startsWith("logits-")) rmSync(join(folder, name));
    expect(await cache({ topK: 3 })).toBe(7);
    expect(openLogitsCache(folder).header.topK).toBe(3);
  });

  it("begins at any batch", async () => {
    await cache({ topK: 19 });
    const from = join(folder, "later");
    await cache({ topK: 19, folder: from, start: 4, batches: 3 });
    const [whole, later] = [openLogitsCache(folder), openLogitsCache(from)];
    expect(later.header.start).toBe(4);
    expect([0, 1, 2].map((i) => [later.read(i).batch, later.read(i).logits])).toEqual([4, 5, 6].map((i) => [whole.read(i).batch, whole.read(i).logits]));
    for (const opened of [whole, later]) opened.close();
  });

  it("lets the timers of its thread in between batches", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 0);
    let last = 0;
    for await (const { batches } of cacheTeacherLogits({ ...options, batches: 100_000, signal: controller.signal })) last = batches;
    expect(last).toBeLessThan(100_000);
  });
});

describe("openLogitsCache", () => {
  const flip = (path: string, at: number): void => {
    const bytes = readFileSync(path);
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(path, bytes);
  };
  const readAll = (): void => {
    const opened = openLogitsCache(folder);
    try {
      for (let i = 0; i < opened.batches; i++) opened.read(i);
    } finally {
      opened.close();
    }
  };

  it.each([
    ["a shard that was cut short", () => truncateSync(shard(1), 150)],
    ["a shard without a head", () => truncateSync(shard(1), 20)],
    ["an empty shard", () => truncateSync(shard(0), 0)],
    ["a changed logit", () => flip(shard(0), 64 + 50)],
    ["a changed count of batches", () => flip(shard(1), 12)],
    ["a changed header", () => flip(join(folder, "cache.json"), 200)],
    ["no header", () => rmSync(join(folder, "cache.json"))],
    ["a shard that is missing", () => rmSync(shard(0))],
    ["shards in each other's place", () => { renameSync(shard(0), `${folder}/x`); renameSync(shard(1), shard(0)); renameSync(`${folder}/x`, shard(1)); }],
  ])("refuses %s", async (_, damage) => {
    await cache();
    readAll();
    damage();
    expect(readAll).toThrow(expect.objectContaining({ code: "distill/bad-cache", message: expect.stringContaining(folder) }));
  });

  it("refuses a shard of another cache", async () => {
    await cache();
    const other = join(folder, "other");
    await cache({ folder: other, teacher: createModel(arch, { kind: "mlm" } as const, 2, 0.4) });
    renameSync(join(other, "logits-000000.bin"), shard(0));
    rmSync(other, { recursive: true });
    expect(readAll).toThrow(expect.objectContaining({ code: "distill/bad-cache", message: expect.stringContaining("another cache") }));
  });

  it("has no batches beyond its last", async () => {
    await cache();
    const opened = openLogitsCache(folder);
    for (const index of [-1, 7, 0.5]) expect(() => opened.read(index)).toThrow(expect.objectContaining({ code: "distill/bad-cache" }));
    opened.close();
  });

  it("is not there before it is made", () => expect(() => openLogitsCache(folder)).toThrow(expect.objectContaining({ code: "distill/bad-cache", message: expect.stringContaining("no cache.json") })));
});

