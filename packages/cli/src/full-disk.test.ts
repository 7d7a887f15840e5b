import type * as nodeFs from "node:fs";
import { existsSync, readFileSync, statSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { TestWorkplace } from "./test-workplace.js";

/** Bytes that the disk takes before it is full, and the path at which it is full whatever it has taken. */
const disk = vi.hoisted(() => ({ room: Infinity, fullAt: undefined as RegExp | undefined }));

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof nodeFs>();
  const paths = new Map<number, string>();
  const openSync = (...args: Parameters<typeof fs.openSync>): number => {
    const file = fs.openSync(...args);
    paths.set(file, String(args[0]));
    return file;
  };
  const writeSync = (file: number, data: Uint8Array | string, ...rest: never[]): number => {
    disk.room -= Buffer.byteLength(data);
    if (disk.room < 0 || disk.fullAt?.test(paths.get(file) ?? "") === true) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    return fs.writeSync(file, data as Uint8Array, ...rest);
  };
  return { ...fs, openSync, writeSync };
});

const place = new TestWorkplace();
afterEach(() => {
  Object.assign(disk, { room: Infinity, fullAt: undefined });
});
afterAll(() => place.remove());

describe("a disk that fills up", () => {
  it.each([["run.json", 10], ["the first checkpoint", 60_000]])("at %s: one line, and nothing is left", async (_, room) => {
    const before = place.list();
    disk.room = room;
    const { code, stderr } = await place.bort(place.pretraining("run", "--quiet"));
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^bort: [^\n]*the disk is full[^\n]*\n$/)]);
    expect(place.list()).toEqual(before);
  });

  it("later: the checkpoint is kept, and the run goes on from it", async () => {
    disk.room = 1e9;
    expect((await place.bort(place.pretraining("whole", "--quiet", "--checkpoint-every", "2"))).code).toBe(0);
    disk.room = 0.8 * (1e9 - disk.room); // Short of the last of five checkpoints.
    const args = place.pretraining("late", "--quiet", "--checkpoint-every", "2");
    const { code, stderr } = await place.bort(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining("the disk is full")]);
    expect(existsSync(place.at("late/checkpoint/checkpoint.json"))).toBe(true);
    disk.room = Infinity;
    expect((await place.bort([...args, "--resume"])).code).toBe(0);
    expect(readFileSync(place.at("late/model.safetensors")).equals(readFileSync(place.at("whole/model.safetensors")))).toBe(true);
  });

  describe("while a teacher's logits are kept", () => {
    const distillation = (out: string, ...more: readonly string[]): string[] => place.distillation("teacher", out, "--cache-logits", "8", ...more);
    const model = (run: string): Buffer => readFileSync(place.at(`${run}/model.safetensors`));
    beforeAll(async () => {
      for (const args of [place.pretraining("teacher"), distillation("taught")]) expect((await place.bort(args)).code).toBe(0);
    }, 60_000);

    it.each([["in the run's folder", () => []], ["in a folder of their own", () => ["--logits-cache", place.at("kept/logits")]]])("%s: one line, and nothing is left of the first", async (_, more) => {
      disk.fullAt = /8-tokens.logits-0/;
      expect(await place.refused(distillation("student", ...more()))).toMatch(/8-tokens.logits-000000\.bin: the disk is full/);
    });

    it("later: what the teacher has said is kept, and the run goes on from it", async () => {
      disk.fullAt = /16-tokens.logits-0/;
      const { code, stderr } = await place.bort(distillation("student", "--quiet"));
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^bort: [^\n]*the disk is full[^\n]*\n$/)]);
      const kept = statSync(place.at("student/logits/teacher-1/8-tokens/logits-000000.bin")).mtimeMs;
      disk.fullAt = undefined;
      expect((await place.bort(distillation("student", "--resume"))).code).toBe(0);
      expect(statSync(place.at("student/logits/teacher-1/8-tokens/logits-000000.bin")).mtimeMs).toBe(kept);
      expect(model("student").equals(model("taught"))).toBe(true);
    });
  });
});
