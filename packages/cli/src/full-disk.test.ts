import type * as nodeFs from "node:fs";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { TestWorkplace } from "./test-workplace.js";

/** Bytes that the disk takes before it is full. */
const disk = vi.hoisted(() => ({ room: Infinity }));

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof nodeFs>();
  const writeSync = (file: number, data: Uint8Array | string, ...rest: never[]): number => {
    disk.room -= Buffer.byteLength(data);
    if (disk.room < 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    return fs.writeSync(file, data as Uint8Array, ...rest);
  };
  return { ...fs, writeSync };
});

const place = new TestWorkplace();
afterEach(() => {
  disk.room = Infinity;
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
});
