import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, platform, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { type ProcessLock, tryProcessLock } from "./process-lock.js";

const root = mkdtempSync(join(tmpdir(), "bort-lock-"));
afterAll(() => rmSync(root, { recursive: true }));
const at = (...path: readonly string[]): string => join(root, ...path);
const namesBeside = (path: string): string[] => readdirSync(dirname(path));

function fresh(name: string): string {
  mkdirSync(at(name));
  return at(name, "lock");
}

function take(path: string): ProcessLock {
  const attempt = tryProcessLock(path);
  if (!attempt.taken) throw new Error(`${attempt.holder} has the lock`);
  return attempt.lock;
}

/** What a process that is no more would have left. */
const leftBehind = (host = hostname()): string => JSON.stringify({ pid: spawnSync(process.execPath, ["-e", ""]).pid, host, started: "some boot 1" });

const said = async ({ stdout }: ChildProcess): Promise<string> => String((await once(stdout!, "data") as [Buffer])[0]);

describe("tryProcessLock", () => {
  it("takes a lock once, and again when it is released", () => {
    const path = fresh("once");
    const lock = take(path);
    expect(tryProcessLock(path)).toEqual({ taken: false, holder: `process ${process.pid}` });
    lock.release();
    expect(namesBeside(path)).toEqual([]);
    take(path).release();
    lock.release();
    expect(existsSync(path)).toBe(false);
  });

  it("does not release the lock of another", () => {
    const path = fresh("other");
    const lock = take(path);
    writeFileSync(path, JSON.stringify({ pid: 1 }));
    lock.release();
    expect(existsSync(path)).toBe(true);
  });

  it("is kept away by a process that lives, whose ever it is, until that ends", async () => {
    const path = fresh("living");
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"]);
    await once(child, "spawn");
    for (const pid of [child.pid!, 1]) {
      writeFileSync(path, JSON.stringify({ pid }));
      expect(tryProcessLock(path)).toEqual({ taken: false, holder: `process ${pid}` });
    }
    child.kill("SIGKILL");
    await once(child, "exit");
    writeFileSync(path, JSON.stringify({ pid: child.pid }));
    take(path).release();
  });

  it.each([
    ["a process that is no more", leftBehind()], ["nothing", ""], ["half a record", '{"pid":'], ["no process", '{"pid":-1}'], ["something else", "null"],
  ])("takes over a lock of %s", (name, text) => {
    const path = fresh(`stale, ${name}`);
    writeFileSync(path, text);
    const lock = take(path);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
    expect(namesBeside(path)).toEqual(["lock"]);
    lock.release();
  });

  it("leaves the lock of another machine, whose processes it cannot see, and says what to do about it", () => {
    const path = fresh("elsewhere");
    const theirs = leftBehind("other-machine");
    writeFileSync(path, theirs);
    const { pid } = JSON.parse(theirs) as { readonly pid: number };
    expect(tryProcessLock(path)).toEqual({ taken: false, holder: `process ${pid} on other-machine (delete ${path} if that has ended)` });
    expect(readFileSync(path, "utf8")).toBe(theirs);
    expect(namesBeside(path)).toEqual(["lock"]);
  });

  it("is not kept from taking over by a process that was killed over the same", () => {
    const path = fresh("guarded");
    for (const name of [path, `${path}.guard`]) writeFileSync(name, leftBehind());
    take(path).release();
    expect(namesBeside(path)).toEqual([]);
  });

  it.skipIf(platform() !== "linux")("takes over the lock of an earlier process of the same number", () => {
    const path = fresh("reused");
    writeFileSync(path, JSON.stringify({ pid: process.pid, started: "another boot 1" }));
    take(path).release();
  });

  it.skipIf(platform() !== "linux")("takes over the lock of an ended process whose parent has not asked how it ended", async () => {
    const path = fresh("unburied");
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"]);
    const pid = Number(await said(parent));
    const until = async (held: () => boolean): Promise<void> => {
      while (!held()) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    // A shell buries its children; the sleep that it turns into does not.
    await until(() => readFileSync(`/proc/${parent.pid!}/comm`, "utf8") === "sleep\n");
    process.kill(pid);
    await until(() => readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "));
    writeFileSync(path, JSON.stringify({ pid, started: "this boot 1" }));
    take(path).release();
    parent.kill();
  });

  it("is had by one alone of several processes that find it left behind at the same time", async () => {
    const bundle = at("process-lock.mjs");
    await build({ entryPoints: [fileURLToPath(new URL("./process-lock.ts", import.meta.url))], outfile: bundle, bundle: true, platform: "node", format: "esm" });
    mkdirSync(at("race"));
    const stale = leftBehind();
    for (let i = 0; i < 300; i++) writeFileSync(at("race", `${i}`), stale);
    const program = `
      import { tryProcessLock } from ${JSON.stringify(pathToFileURL(bundle).href)};
      process.stdin.once("data", () => {
        const taken = Array.from({ length: 300 }, (_, i) => i).filter((i) => tryProcessLock(${JSON.stringify(at("race"))} + "/" + i).taken);
        process.stdout.write(JSON.stringify(taken));
      });
      process.stdout.write("ready");`;
    const racers = Array.from({ length: 4 }, () => spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "inherit"] }));
    await Promise.all(racers.map(said));
    const answers = racers.map(said);
    for (const { stdin } of racers) stdin.write("go");
    const taken = (await Promise.all(answers)).flatMap((answer) => JSON.parse(answer) as number[]);
    for (const racer of racers) racer.kill();
    expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i));
    expect(readdirSync(at("race"))).toHaveLength(300);
  });

  it("says what cannot be written", () => {
    expect(() => tryProcessLock(at("absent", "lock"))).toThrow(expect.objectContaining({ code: "data/write-failed" }));
  });
});
