import { beforeEach, describe, expect, it, vi } from "vitest";
import { runChild } from "../run-child.js";
import { command } from "./step.js";

vi.mock("../run-child.js", () => ({ runChild: vi.fn() }));
vi.spyOn(process.stderr, "write").mockReturnValue(true);

const shapes = ["2,8,16,2,32,1,50,2", "2,8,16,2,32,2,50,2"];
/** What the children were asked, without the files that they run. */
const calls = (): string[] => vi.mocked(runChild).mock.calls.map(([program, args]) =>
  [program === process.execPath ? "ours" : program, ...args.slice(args.findIndex((arg) => arg.endsWith("step")))].join(" "));

beforeEach(() => {
  vi.unstubAllEnvs();
  vi.mocked(runChild).mockReset().mockImplementation(async (_, args) => {
    if (!args.includes("--json")) return { medianMs: args.includes("hf-step") ? 16 : 6, torch: "2.0" };
    return { medianMs: args.includes("native") ? 4 : 8, version: args[args.indexOf("--engine") + 1] };
  });
});

describe("step SHAPE", () => {
  it("measures in this process", async () => {
    const { result, text, files } = await command.run([shapes[0]!], { engine: "onnx", threads: "1", repeats: "1" });
    expect(result).toMatchObject({ shape: shapes[0], engine: "onnx", threads: 1, version: "ONNX Runtime 1.30.0", medianMs: expect.any(Number) });
    expect(text).toMatch(/^step 2,8,16,2,32,1,50,2 on onnx \(ONNX Runtime 1\.30\.0\), 1 thread: median \d/);
    expect(files).toBeUndefined();
    expect(runChild).not.toHaveBeenCalled();
  });

  it.each([
    [[], {}], [["1,2", "3,4"], {}], [shapes.slice(1), { peer: "python3" }], [shapes.slice(1), { engine: "both" }], [shapes.slice(1), { engine: "onnx", threads: "none" }],
  ])("refuses %j with %j", async (positionals, flags) => {
    await expect(command.run(positionals, flags)).rejects.toMatchObject({ code: "bench/bad-option" });
  });
});

describe("step --all", () => {
  const flags = { all: true, shapes: shapes.join(" "), threads: "2", repeats: "3", rounds: "1" };

  it("runs ours and the peers in turn, each in a child, and keeps every figure", async () => {
    const { text, files } = await command.run([], { ...flags, engine: "both", peer: "python3", "peer-script": "peer.py" });
    const ours = (engine: string, shape: string): string => `ours step ${shape} --engine ${engine} --threads 2 --repeats 3 --json`;
    expect(calls().slice(0, 6)).toEqual([
      ours("onnx", shapes[0]!), ours("native", shapes[0]!), `python3 step ${shapes[0]} 3`,
      ours("onnx", shapes[0]!), ours("native", shapes[0]!), `python3 hf-step ${shapes[0]} 3`,
    ]);
    expect(vi.mocked(runChild).mock.calls[5]![1][0]).toBe("peer.py");
    expect(vi.mocked(runChild).mock.calls[2]![2]).toMatchObject({ OMP_NUM_THREADS: "2" });
    expect(calls()).toHaveLength(12);
    expect(text).toContain("step / onnx: 0.750 in the geometric mean");
    expect(text).toContain("hf-step / native: 4.000 in the geometric mean");
    const record = JSON.parse(files!["step.json"]!) as { runs: unknown[]; versions: object; machine: object; threads: number };
    expect(record.runs).toHaveLength(12);
    expect(record.versions).toEqual({ onnx: "onnx", native: "native", step: "torch 2.0", "hf-step": "torch 2.0" });
    expect(record.machine).toMatchObject({ cores: expect.any(Number), node: process.versions.node, date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
    expect(record.threads).toBe(2);
  });

  it("takes the peers' script from BORT_PEER, and times ours alone without a peer", async () => {
    vi.stubEnv("BORT_PEER", "elsewhere.py");
    await command.run([], { ...flags, engine: "onnx", peer: "python3" });
    expect(vi.mocked(runChild).mock.calls[1]![1][0]).toBe("elsewhere.py");
    vi.mocked(runChild).mockClear();
    await command.run([], { ...flags, engine: "onnx" });
    expect(runChild).toHaveBeenCalledTimes(2);
  });

  it.each([
    { peer: "python3" }, { "peer-script": "peer.py" }, { shapes: " " }, { rounds: "0" }, { engine: "wasm" },
  ])("refuses %j", async (wrong) => {
    vi.stubEnv("BORT_PEER", "");
    await expect(command.run([], { ...flags, engine: "onnx", ...wrong })).rejects.toMatchObject({ code: "bench/bad-option" });
  });

  it("refuses a peer that measures nothing", async () => {
    vi.mocked(runChild).mockImplementation(async (_, args) => (args.includes("--json") ? { medianMs: 4, version: "x" } : { error: "no torch" }));
    await expect(command.run([], { ...flags, engine: "onnx", peer: "python3", "peer-script": "peer.py" })).rejects.toMatchObject({ code: "bench/child-failed" });
  });
});
