import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { engines } from "./test-engines.js";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
const hasNative = engines.includes("native");
const onEngine = (engine: string, ...more: readonly string[]): string[] => place.pretraining(engine, "--engine", engine, ...more);
const recordOf = (run: string): { engine: object } => JSON.parse(readFileSync(place.at(`${run}/run.json`), "utf8")) as { engine: object };
const losses = (run: string): number[] => readFileSync(place.at(`${run}/events.jsonl`), "utf8").trimEnd().split("\n").flatMap((line) => {
  const { type, loss, metrics } = JSON.parse(line) as { type: string; loss: number; metrics: { validationLoss: number } };
  return type === "step" ? [loss] : type === "evaluation" ? [metrics.validationLoss] : [];
});

beforeAll(async () => {
  for (const engine of engines) expect((await place.bort(onEngine(engine))).code).toBe(0);
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => place.remove());

describe("the engine of a command", () => {
  it.each(engines)("is the one asked for, and is told: %s", async (engine) => {
    const { code, stdout, stderr } = await place.bort(onEngine(engine, "--resume"));
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("ONNX Runtime")]);
    expect(stdout).toMatch(new RegExp(` tokens/s \\(${engine}, 1 thread\\); the model is in `));
    expect(recordOf(engine).engine).toEqual({ engine, threads: 1, version: expect.stringMatching(engine === "onnx" ? /^ONNX Runtime \d/ : /./) });
  });

  it.skipIf(!hasNative)("changes a result by rounding alone", () => {
    const [native, onnx] = [losses("native"), losses("onnx")];
    expect(native.length).toBeGreaterThan(10);
    expect(onnx).toHaveLength(native.length);
    for (const [i, loss] of native.entries()) expect(Math.abs(loss - onnx[i]!)).toBeLessThan(1e-3);
    expect(readFileSync(place.at("native/model.safetensors")).equals(readFileSync(place.at("onnx/model.safetensors")))).toBe(false); // Two engines indeed.
  });

  it.skipIf(!hasNative)("is that of the run which is resumed", async () => {
    const args = onEngine("onnx", "--resume");
    args[args.indexOf("--engine") + 1] = "native";
    expect(await place.bort(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('another --engine ("onnx", now "native")') });
    expect(await place.bort(place.pretraining("onnx", "--resume"))).toMatchObject({ code: 2, stderr: expect.stringContaining("--engine") });
  });

  it("does not change its threads where a run is resumed", async () => {
    const args = onEngine("onnx", "--resume");
    args[args.indexOf("--threads") + 1] = "2";
    expect(await place.bort(args)).toMatchObject({ code: 2, stderr: expect.stringContaining("another --threads (1, now 2)") });
  });
});

describe("without a BLAS", () => {
  const noBlas = (): unknown => vi.stubEnv("BORT_BLAS", "/nonexistent");

  it("auto tells once, in one line on standard error, that it is ONNX Runtime, and why", async () => {
    noBlas();
    const { code, stderr, json } = await place.bort(place.pretraining("fallen-back", "--json"));
    expect([code, json()]).toEqual([0, expect.objectContaining({ engine: "onnx", threads: 1 })]);
    expect(stderr.match(/^on ONNX Runtime: backend-native: .*(BORT_BLAS=\/nonexistent|koffi).*$/gm)).toHaveLength(1);
    expect(readFileSync(place.at("fallen-back/run.json"), "utf8")).not.toContain("nonexistent");
    expect(recordOf("fallen-back").engine).toMatchObject({ engine: "onnx" });
  });

  it("a quiet command tells nothing", async () => {
    noBlas();
    expect(await place.bort(place.pretraining("quiet", "--quiet"))).toMatchObject({ code: 0, stderr: "" });
  });

  it("a command without progress tells it too", async () => {
    const task = ["--task", "sst-2", "--data", place.at("SST-2")];
    const tuning = ["finetune", "--model", place.at("onnx"), ...task, "--steps", "1", "--engine", "onnx", "--out", place.at("tuned"), "--quiet"];
    expect((await place.bort(tuning)).code).toBe(0);
    noBlas();
    const scoring = ["eval", "--model", place.at("tuned"), ...task];
    expect(await place.bort(scoring)).toMatchObject({ code: 0, stderr: expect.stringMatching(/^on ONNX Runtime: [^\n]+\n$/) });
    expect(await place.bort([...scoring, "--engine", "onnx"])).toMatchObject({ code: 0, stderr: "" });
  });

  it("the native engine by name is refused in one line with code 2, before anything is written", async () => {
    noBlas();
    const before = place.list();
    const { code, stdout, stderr } = await place.bort(place.pretraining("refused", "--engine", "native"));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^bort: backend-native: [^\n]*(BORT_BLAS=\/nonexistent|koffi)[^\n]*\n$/);
    expect(place.list()).toEqual(before);
  });
});
