import { beforeEach, expect, it, vi } from "vitest";
import { memoryBar } from "../memory-benchmark.js";
import { runChild } from "../run-child.js";
import { parseStepShape } from "../step-shape.js";
import { command } from "./memory.js";

vi.mock("../run-child.js", () => ({ runChild: vi.fn() }));

const shape = "2,8,16,2,32,1,50,2";
const flags = { engine: "onnx", threads: "1", steps: "60" };
const barBytes = memoryBar(parseStepShape(shape));

beforeEach(() => void vi.mocked(runChild).mockReset());

it.each([[barBytes - 1, true], [barBytes + 1, false]])("holds a child's peak of %d bytes against the bar", async (peakBytes, withinBar) => {
  vi.mocked(runChild).mockResolvedValue({ peakBytes });
  const { result, text } = await command.run([shape], flags);
  expect(result).toMatchObject({ shape, engine: "onnx", peakBytes, barBytes, withinBar, steps: 60, ratio: expect.any(Number) });
  expect(text).toContain("peak 143 MiB of at most 143 MiB (1.00)");
  expect(vi.mocked(runChild).mock.calls[0]![1].slice(-9)).toEqual(["step", shape, "--engine", "onnx", "--threads", "1", "--repeats", "10", "--json"]);
});

it("asks the child for the same parts and the same recomputation", async () => {
  vi.mocked(runChild).mockResolvedValue({ peakBytes: 1 });
  const { result, text } = await command.run([shape], { ...flags, accumulate: "2", recompute: true });
  expect(vi.mocked(runChild).mock.calls[0]![1].slice(-3)).toEqual(["--accumulate", "2", "--recompute"]);
  expect(result).toMatchObject({ accumulate: 2, recompute: true });
  expect(text).toContain(`memory ${shape} in 2 parts, layers computed again on onnx`);
});

it.each([[[], {}], [[shape], { steps: "59" }], [[shape], { engine: "both" }], [[shape], { accumulate: "0" }]])("refuses %j with %j before it measures", async (positionals, wrong) => {
  await expect(command.run(positionals, { ...flags, ...wrong })).rejects.toMatchObject({ code: "bench/bad-option" });
  expect(runChild).not.toHaveBeenCalled();
});
