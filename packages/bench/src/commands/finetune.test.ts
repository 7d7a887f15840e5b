import { beforeEach, describe, expect, it, vi } from "vitest";
import { runChild } from "../run-child.js";
import { command } from "./finetune.js";

vi.mock("../run-child.js", () => ({ runChild: vi.fn() }));
vi.spyOn(process.stderr, "write").mockReturnValue(true);

const shapes = ["2,8,16,2,32,1,50,2", "3,8,16,2,32,1,50,3"];

beforeEach(() => {
  vi.mocked(runChild).mockReset().mockImplementation(async (_, args) => (args.includes("--json") ? { medianMs: 4, version: "x" } : { medianMs: 10, torch: "2.0" }));
});

describe("finetune CSHAPE", () => {
  it("measures in this process, and says what either training waited for", async () => {
    const { result, text } = await command.run([shapes[1]!], { engine: "onnx", threads: "1", repeats: "1" });
    expect(result).toMatchObject({ shape: shapes[1], engine: "onnx", threads: 1, first: { compileMs: expect.any(Number) }, second: { firstStepMs: expect.any(Number) } });
    expect(text).toMatch(/^finetune 3,8,16,2,32,1,50,3 on onnx .*: median [\d.]+ ms, .* steps a second\ntraining 1: compilation [\d.]+ ms, .*; training 2: compilation [\d.]+ ms/);
    expect(runChild).not.toHaveBeenCalled();
  });

  it.each([[[], {}], [shapes, {}], [[shapes[0]!], { rounds: "2" }], [[shapes[0]!], { repeats: "0" }]])("refuses %j with %j", async (positionals, flags) => {
    await expect(command.run(positionals, { engine: "onnx", ...flags })).rejects.toMatchObject({ code: "bench/bad-option" });
  });
});

describe("finetune --all", () => {
  const flags = { all: true, engine: "onnx", shapes: shapes.join(" "), threads: "2", repeats: "3", rounds: "2", peer: "python3" };

  it("runs ours and the peer in turn, each in a child, and keeps every figure", async () => {
    const { text, files } = await command.run([], flags);
    const calls = vi.mocked(runChild).mock.calls.map(([program, args]) => (program === process.execPath ? args.slice(-9) : [program, ...args]).join(" "));
    expect(calls.slice(0, 2)).toEqual([
      `finetune ${shapes[0]} --engine onnx --threads 2 --repeats 3 --json`, `python3 benchmarks/peer/finetune_torch.py hf-finetune ${shapes[0]} 3`,
    ]);
    expect(calls).toHaveLength(8);
    expect(text).toMatch(/^finetune, 2 rounds; /);
    expect(text).toContain("hf-finetune / onnx: 2.500 in the geometric mean");
    expect(JSON.parse(files!["finetune.json"]!)).toMatchObject({ threads: 2, runs: { length: 8 }, versions: { "hf-finetune": "torch 2.0" } });
  });

  it("takes another script by its flag alone, whatever the script of steps is", async () => {
    vi.stubEnv("BORT_PEER", "steps.py");
    await command.run([], { ...flags, "peer-script": "mine.py" });
    await command.run([], flags);
    expect([...new Set(vi.mocked(runChild).mock.calls.flatMap(([, args]) => args.filter((arg) => arg.endsWith(".py"))))]).toEqual(["mine.py", "benchmarks/peer/finetune_torch.py"]);
    vi.unstubAllEnvs();
  });

  it("refuses a shape that is none before anything runs", async () => {
    await expect(command.run([], { ...flags, shapes: `${shapes[0]} 1,2` })).rejects.toMatchObject({ code: "bench/bad-shape" });
    expect(runChild).not.toHaveBeenCalled();
  });
});
