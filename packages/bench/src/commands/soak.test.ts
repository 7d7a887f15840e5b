import { expect, it, vi } from "vitest";
import { type ResidentGrowth } from "../resident-growth.js";
import { measureSoak } from "../soak-benchmark.js";
import { parseStepShape } from "../step-shape.js";
import { command } from "./soak.js";

vi.mock("../soak-benchmark.js", () => ({ measureSoak: vi.fn() }));

it.each([[1.03, true], [1.0301, false]])("calls a ratio of %d flat: %s", async (ratio, flat) => {
  const growth = (by: number): ResidentGrowth => ({ earlyBytes: 2 ** 27, lateBytes: by * 2 ** 27, ratio: by });
  vi.mocked(measureSoak).mockResolvedValue({ cycles: growth(ratio), steps: growth(1) });
  const { text, files, result } = await command.run([], { engine: "onnx", threads: "1", cycles: "30", shape: "2,8,16,2,32,1,50,2" });
  expect(vi.mocked(measureSoak).mock.lastCall!.slice(1)).toEqual([parseStepShape("2,8,16,2,32,1,50,2"), { cycles: 30, steps: 2000 }]);
  expect(result).toMatchObject({ flat, counts: { cycles: 30, steps: 2000 } });
  expect(JSON.parse(files!["soak-onnx.json"]!)).toMatchObject({ flat, engine: "onnx" });
  expect(text).toContain(`30 compile/dispose cycles: 128 MiB after a tenth, 132 MiB at the end: ${ratio.toFixed(4)}, ${flat ? "flat" : "not flat"}`);
});

it("refuses too few of either", async () => {
  await expect(command.run([], { cycles: "19" })).rejects.toMatchObject({ code: "bench/bad-option" });
});
