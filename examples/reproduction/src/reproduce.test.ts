import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatTuple } from "@bort/arch";
import { type ScoredTrial } from "@bort/fptas";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ReproduceOptions, type Reproduction, reproduce } from "./reproduce.js";
import { type Terminal } from "./terminal.js";
import { testSetting, testText } from "./test-setting.js";

const cache = fileURLToPath(new URL("../../../node_modules/.cache/", import.meta.url));
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, "bort-reproduction-"));
const at = (...names: string[]): string => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run extends Reproduction {
  /** What it said. */
  readonly lines: readonly string[];
}

/** Runs the test's setting in this process. */
async function run(name: string, changed: Partial<ReproduceOptions> = {}): Promise<Run> {
  const lines: string[] = [];
  const terminal = { line: (text: string) => void lines.push(text), remark: () => {}, bar: () => ({ update: () => {}, finish: () => {} }) };
  const signal = new AbortController().signal;
  const options = { setting: testSetting, text: testText, seed: 0, latency: "flops", engine: "auto", threads: 1, terminal, signal } as const;
  const result = await reproduce({ ...options, out: at(name), ...changed });
  return { ...result, lines };
}

/** What a run leaves that must not depend on interruptions. */
const outcomeOf = (name: string): { readonly weights: string; readonly result: unknown; readonly trials: readonly string[] } => ({
  weights: createHash("sha256").update(readFileSync(at(name, "model", "model.safetensors"))).digest("hex"),
  result: JSON.parse(readFileSync(at(name, "result.json"), "utf8")),
  trials: readFileSync(at(name, "trials.jsonl"), "utf8").trim().split("\n")
    .flatMap((line) => (JSON.parse(line) as { trial?: ScoredTrial }).trial ?? []).map(({ arch, error, w }) => `${arch} ${error} ${w}`),
});

describe("a run", () => {
  let whole: Run;
  beforeAll(async () => { whole = await run("whole"); }, 60_000);

  it("ends with a model that is smaller than the maximum point and knows more than how often tokens occur", () => {
    const [teacher, student, unigram] = whole.models;
    expect(whole.candidates).toBe(4);
    expect(student!.arch).toEqual(whole.chosen);
    expect(student!.parameters).toBeLessThan(teacher!.parameters!);
    expect(student!.mlmAccuracy).toBeGreaterThan(1.5 * unigram!.mlmAccuracy);
    expect(student!.mlmLoss).toBeLessThan(unigram!.mlmLoss);
  });

  it("leaves a model folder with an ONNX file, the trials, curves and what it printed", () => {
    expect(readdirSync(at("whole", "model")).sort()).toEqual(["README.md", "config.json", "model.safetensors", "onnx", "tokenizer.json", "tokenizer_config.json"]);
    expect(existsSync(at("whole", "model", "onnx", "model.onnx"))).toBe(true);
    expect(readdirSync(at("whole", "curves")).sort()).toEqual(["student", "teacher"]);
    expect(outcomeOf("whole").trials).toHaveLength(4);
    const text = whole.lines.join("\n");
    expect(text).toContain(`> ${formatTuple(whole.chosen)}`);
    expect(text).toContain(`W = ${whole.w.toFixed(4)}`);
    expect(text).toMatch(/unigram +– +– +– +\d/);
    expect(text).toContain("4 candidates of |Xi| = 8 architectures, epsilon 2");
  });

  it("given again does nothing anew and says the same", async () => {
    const before = outcomeOf("whole");
    const { lines, ...again } = await run("whole");
    expect(lines).toEqual(whole.lines);
    expect(again.models).toEqual(whole.models);
    expect(outcomeOf("whole")).toEqual(before);
  });

  it("is refused a folder of another", async () => {
    await expect(run("whole", { seed: 1 })).rejects.toMatchObject({ code: "reproduction/other-run" });
    await expect(run("whole", { text: { ...testText, fingerprint: "another" } })).rejects.toMatchObject({ code: "reproduction/other-run" });
  });

  it("that was stopped goes on", async () => {
    const leaving = new AbortController();
    const leaveAt = (label: string, done: number): void => { if (label === "student" && done === 7) leaving.abort(); };
    const bar: Terminal["bar"] = (label) => ({ update: (done) => leaveAt(label, done), finish: () => {} });
    const stopped = run("stopped", { signal: leaving.signal, terminal: { line: () => {}, remark: () => {}, bar } });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    expect(existsSync(at("stopped", "model"))).toBe(false);
    await run("stopped");
    expect(outcomeOf("stopped")).toEqual(outcomeOf("whole"));
  });

  it("that was killed in each of its parts ends with the same architecture and weights, bit for bit", async () => {
    await build({
      entryPoints: [fileURLToPath(new URL("./test-program.ts", import.meta.url))], outfile: at("program.mjs"), bundle: true, platform: "node", format: "esm", target: "node20",
      conditions: ["@bort/source"], external: ["koffi", "onnxruntime-node", "@observablehq/plot", "linkedom", "hyparquet", "hyparquet-compressors"], logLevel: "warning",
    });
    await killedWhen(() => existsSync(at("killed", "teacher-checkpoint", "checkpoint.json")));
    expect(existsSync(at("killed", "teacher", "config.json"))).toBe(false);
    await killedWhen(() => existsSync(at("killed", "trials.jsonl")) && readFileSync(at("killed", "trials.jsonl"), "utf8").includes('"trial"'));
    await killedWhen(() => existsSync(at("killed", "student-checkpoint", "checkpoint.json")));
    expect(existsSync(at("killed", "model"))).toBe(false);
    await run("killed");
    expect(outcomeOf("killed")).toEqual(outcomeOf("whole"));
  });
});

/** Runs the program in `killed` and kills it once `isTime`. */
async function killedWhen(isTime: () => boolean): Promise<void> {
  const child = spawn(process.execPath, [at("program.mjs"), at("killed")], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => { stderr += data.toString(); });
  const watch = setInterval(() => { if (isTime()) child.kill("SIGKILL"); }, 2);
  const [, killedBy] = await once(child, "close") as [number | null, string | null];
  clearInterval(watch);
  if (killedBy !== "SIGKILL") throw new Error(`the program was to be killed under way, but ended: ${stderr}`);
}
