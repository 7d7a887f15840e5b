import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type IsolateOptions } from "./isolate-options.js";
import { isolated } from "./isolated.js";

type Ends = (how: unknown, context: { signal: AbortSignal }) => AsyncGenerator<number, unknown, void>;
const fixture = (name: string): URL => new URL(`../test-fixtures/${name}`, import.meta.url);
const ends = (name: string, options: IsolateOptions = {}): ReturnType<typeof isolated<Ends>> => isolated<Ends>(fixture("ends.mjs"), name, options);

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};
const untilGone = async (pid: number): Promise<void> => vi.waitFor(() => expect(isGone(pid)).toBe(true), { timeout: 20_000, interval: 10 });

/** Takes the first event, which is the process id, and all that follows. */
async function run(generator: AsyncGenerator<number, unknown, void>): Promise<{ pid: number; error: unknown }> {
  const { value: pid } = await generator.next() as { value: number };
  const error = await generator.next().then(() => undefined, (thrown: unknown) => thrown);
  return { pid, error };
}

describe("a process that ends before its generator", () => {
  /** What children write to standard error. */
  let words = "";
  beforeEach(() => {
    words = "";
    vi.spyOn(process.stderr, "write").mockImplementation((bytes) => {
      words += bytes.toString();
      return true;
    });
  });
  afterEach(() => void vi.restoreAllMocks());

  it.each([
    ["exit", { exitCode: 3, signal: null, stderr: "" }],
    ["kill", { exitCode: null, signal: "SIGKILL", stderr: "" }],
    ["abort", { exitCode: null, signal: "SIGABRT" }],
    ["uncaught", { exitCode: 1, signal: null, stderr: expect.stringContaining("Error: thrown in a timer") as unknown }],
    ["disconnect", { exitCode: 0, signal: null }],
  ])("is a crash: %s", async (how, end) => {
    const generator = ends("ends")(how);
    const { pid, error } = await run(generator);
    expect(error).toMatchObject({ name: "IsolateError", code: "isolate/crashed", message: expect.stringMatching(/^isolate: [^\n]*"ends" of file:[^\n]*$/) as unknown, ...end });
    expect(isGone(pid)).toBe(true);
    expect(await generator.next()).toEqual({ done: true, value: undefined });
  });

  it("is a crash where memory ran out", async () => {
    const { error } = await run(ends("ends", { execArgv: ["--max-old-space-size=20"] })("memory"));
    expect(error).toMatchObject({ code: "isolate/crashed", signal: "SIGABRT", stderr: expect.stringContaining("heap out of memory") as unknown });
  });

  it("leaves the end of what it said, all of which this process has said too", async () => {
    const { error } = await run(ends("ends")("words"));
    expect((error as { stderr: string }).stderr).toBe(`${"x".repeat(8192 - 15)}the last words\n`);
    expect(words).toBe(`${"x".repeat(20_000)}the last words\n`);
  });

  it("while nobody waits is told to who asks next", async () => {
    const generator = ends("ends")("later");
    const { value: pid } = await generator.next() as { value: number };
    process.kill(pid, "SIGKILL");
    await untilGone(pid);
    await expect(generator.return(0)).rejects.toMatchObject({ code: "isolate/crashed", signal: "SIGKILL" });
  });

  it("is noticed though a process of its own still holds its standard error", async () => {
    const { pid: other, error } = await run(ends("leavesChild")(undefined));
    expect(isGone(other)).toBe(false);
    process.kill(other, "SIGKILL");
    expect(error).toMatchObject({ code: "isolate/crashed", exitCode: 5 });
  });

  it("before it starts is a crash too", async () => {
    await expect(ends("ends", { execArgv: ["--no-such-option"] })("exit").next()).rejects
      .toMatchObject({ code: "isolate/crashed", exitCode: 9, stderr: expect.stringContaining("--no-such-option") as unknown });
    await expect(ends("ends", { env: { A: "\0" } })("exit").next()).rejects.toMatchObject({ code: "isolate/crashed", message: expect.stringContaining("no process can be started") as unknown });
  });
});

describe("a process", () => {
  it("ends when its generator is over, with timers and servers of its own", async () => {
    const generator = ends("leavesHandles", { returnGraceMs: 60_000 })(undefined);
    const { value: pid } = await generator.next() as { value: number };
    expect(await generator.next()).toEqual({ done: true, value: pid });
    await untilGone(pid);
  });

  it("leaves the caller's thread free", async () => {
    const generator = ends("spins")(300);
    await generator.next();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 10);
    const { value } = await generator.next();
    clearInterval(timer);
    expect(value).toBe("spun");
    expect(ticks).toBeGreaterThan(0);
  });

  it("is killed at its time limit, however busy it is", async () => {
    const generator = ends("spins", { timeLimitMs: 1000 })(Infinity);
    const pids: number[] = [];
    const spinning = (async () => { for await (const pid of generator) pids.push(pid); })();
    await expect(spinning).rejects.toMatchObject({ code: "isolate/timeout", message: expect.stringContaining("1000 ms of its start") as unknown });
    expect(pids.every(isGone)).toBe(true);
  });

  it("is killed where its finally blocks do not end, and return() says so", async () => {
    const defies = isolated<Ends>(fixture("steps.mjs"), "defies", { returnGraceMs: 50 })(undefined);
    await defies.next();
    await expect(defies.return(0)).rejects.toMatchObject({ code: "isolate/timeout", message: expect.stringContaining("50 ms of return()") as unknown });
  });

  it("is killed some time after an abort where that is asked for", async () => {
    const controller = new AbortController();
    const defies = isolated<Ends>(fixture("steps.mjs"), "defies", { abortGraceMs: 50 })(undefined, { signal: controller.signal });
    await defies.next();
    const next = defies.next();
    controller.abort();
    await expect(next).rejects.toMatchObject({ code: "isolate/timeout", message: expect.stringContaining("50 ms of the abort") as unknown });
  });

  it("does not end on SIGINT", async () => {
    const pids = isolated<Ends>(fixture("steps.mjs"), "pid")(undefined);
    const { value: pid } = await pids.next() as { value: number };
    process.kill(pid, "SIGINT");
    expect(await pids.next()).toEqual({ done: false, value: pid });
    await pids.return(0);
    await untilGone(pid);
  });

  it("can start processes as any other can", async () => {
    expect(await ends("forks")(undefined).next()).toEqual({ done: true, value: "forked" });
  });
});

describe("a program that uses the package, bundled and minified", () => {
  const folder = mkdtempSync(join(tmpdir(), "bort-isolate-"));
  const bundle = join(folder, "isolate.mjs");
  beforeAll(async () => {
    const source = fileURLToPath(new URL("./index.ts", import.meta.url));
    await build({ entryPoints: [source], outfile: bundle, bundle: true, minify: true, keepNames: true, platform: "node", format: "esm", target: "node20" });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const started: ChildProcess[] = [];
  afterEach(() => { for (const program of started.splice(0)) program.kill("SIGKILL"); });

  /** Its standard error closes only when its child, which writes to it, has ended too. */
  interface Program {
    readonly process: ChildProcess;
    readonly closed: Promise<unknown[]>;
    readonly text: { stdout: string; stderr: string };
    saying(word: string): Promise<void>;
  }
  const start = (name: string, act: string): Program => {
    const program = spawn(process.execPath, [fileURLToPath(fixture("parent.mjs")), pathToFileURL(bundle).href, name, act], { stdio: ["ignore", "pipe", "pipe"], detached: true });
    started.push(program);
    const text = { stdout: "", stderr: "" };
    program.stdout.on("data", (data: Buffer) => { text.stdout += data.toString(); });
    program.stderr.on("data", (data: Buffer) => { text.stderr += data.toString(); });
    const closed = once(program, "close");
    return {
      process: program, closed, text,
      async saying(word) {
        while (!text.stderr.includes(word)) await Promise.race([once(program.stderr, "data"), closed.then(() => { throw new Error(`ended early: ${text.stderr}`); })]);
      },
    };
  };

  it("takes its child with it when it is killed, however busy the child is", async () => {
    const program = start("spins", "finish");
    await program.saying("spinning");
    program.process.kill("SIGKILL");
    expect(await program.closed).toEqual([null, "SIGKILL"]);
  });

  it("ends by itself where a generator is dropped halfway", async () => {
    const program = start("ends", "leave");
    expect(await program.closed).toEqual([0, null]);
    expect(program.text).toEqual({ stdout: "event true\nend of program\n", stderr: "" });
  });

  it("ends by itself after a generator whose process had something open", async () => {
    const program = start("leavesHandles", "finish");
    expect(await program.closed).toEqual([0, null]);
    expect(program.text.stdout).toBe("event true\nresult same\nend of program\n");
  });

  it("decides what Ctrl-C means, and has its standard output for itself", async () => {
    const program = start("untilAborted", "finish");
    await program.saying("ready");
    process.kill(-program.process.pid!, "SIGINT");
    expect(await program.closed).toEqual([0, null]);
    expect(program.text).toEqual({ stdout: "event true\nresult ended in order: Ctrl-C\nend of program\n", stderr: "ready\n" });
  });
});
