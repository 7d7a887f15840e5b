import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockFolder } from "./folder-lock.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bort-lock-"));
  path = join(folder, "prepare.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process of this machine that has ended. */
const dead = (): number => spawnSync(process.execPath, ["--eval", ""]).pid;

describe("lockFolder", () => {
  it("keeps everyone else out until it is given back", async () => {
    const unlock = await lockFolder(folder);
    const message = `data: process ${process.pid} on ${hostname()} prepares a corpus in this folder; wait until it ends, or delete ${path} if there is no such process`;
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: "data/locked", message });
    await unlock();
    expect(readdirSync(folder)).toEqual([]);
    await (await lockFolder(folder))();
  });

  it("lets one of many in", async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
    expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("takes over the lock of a process that has ended, one of many even then", async () => {
    writeFileSync(path, `${dead()} ${hostname()}`);
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
    expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(["prepare.lock"]);
  });

  it.each([["of another machine", () => `${dead()} ${hostname()}-other`], ["that says no process", () => ""]])("leaves a lock %s", async (_, content) => {
    writeFileSync(path, content());
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: "data/locked" });
    expect(existsSync(path)).toBe(true);
  });

  it("says that it cannot write", async () => {
    await expect(lockFolder(join(folder, "missing"))).rejects.toMatchObject({ code: "data/write-failed" });
  });
});
