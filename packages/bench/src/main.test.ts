import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

vi.mock("./soak-benchmark.js", () => ({
  measureSoak: async () => ({ cycles: { earlyBytes: 8, lateBytes: 8, ratio: 1 }, steps: { earlyBytes: 8, lateBytes: 8, ratio: 1 } }),
}));

const { argv } = process;
let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "bort-bench-"))));
afterEach(() => {
  process.argv = argv;
  process.exitCode = undefined;
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Runs the command line in this process. */
async function bench(...args: string[]): Promise<{ readonly status: unknown; readonly out: string; readonly err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => err.push(String(text)) > 0);
  process.argv = [argv[0]!, "main.js", ...args];
  vi.resetModules();
  await import("./main.js");
  return { status: process.exitCode, out: out.join(""), err: err.join("") };
}

describe("the command line", () => {
  it("prints a result as one line of JSON and keeps its files where it is told to", async () => {
    const { status, out, err } = await bench("soak", "--engine", "onnx", "--threads", "1", "--json", "--out", join(folder, "kept"));
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ benchmark: "soak", engine: "onnx", flat: true });
    expect(err).toContain("soak-onnx.json");
    expect(JSON.parse(readFileSync(join(folder, "kept", "soak-onnx.json"), "utf8"))).toMatchObject({ flat: true, threads: 1 });
  });

  it("explains itself", async () => {
    expect(await bench("--help")).toMatchObject({ status: 0, out: expect.stringContaining("step --all") });
    expect(await bench("memory", "--help")).toMatchObject({ status: 0, out: expect.stringContaining("step --all") });
  });

  it.each([
    [[], /needs one of step, finetune, [a-z, -]+, arch first, got ""/],
    [["steps"], /got "steps"/],
    [["arch", "--engine", "onnx"], /--engine/],
    [["step", "1,2,3"], /a shape is batch/],
    [["step", "2,8,16,2,32,1,50,2", "--engine", "gpu"], /--engine must be auto, native or onnx/],
  ])("refuses %j on one line", async (args, message) => {
    const { status, err } = await bench(...args);
    expect(status).toBe(2);
    expect(err).toMatch(message);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });
});
