import { expect, it, vi } from "vitest";
import { command } from "./scaling.js";

vi.mock("../compile-benchmark.js", () => ({
  measureCompile: async () => [{ shape: "4,128,256,4,1024,24,8192,20", compileMs: 812, firstStepMs: 2000, secondStepMs: 500 }],
}));
vi.spyOn(process.stderr, "write").mockReturnValue(true);

it("gives a table, a record and a page with a chart for each axis", async () => {
  const { text, files, result } = await command.run([], { engine: "onnx", threads: "1", repeats: "1", base: "4,8,8,4,8,4,64,2" });
  expect(Object.keys(files!)).toEqual(["scaling-onnx.json", "scaling-onnx.html"]);
  const { curves, machine } = JSON.parse(files!["scaling-onnx.json"]!) as { curves: { axis: string; points: unknown[] }[]; machine: object };
  expect(curves.map(({ axis, points }) => [axis, points.length])).toEqual([["tokens", 5], ["width", 5], ["depth", 5], ["vocabulary", 5]]);
  expect(machine).toEqual((result as { machine: object }).machine);
  expect(text).toMatch(/vocabulary: -?[\d.]+ ms \+ -?[\d.]+ ms a GFLOP, at most [\d.]+% from that line/);
  expect(text).toContain("812");
  expect(files!["scaling-onnx.html"]!.match(/<svg/g)!.length).toBeGreaterThanOrEqual(4);
});

it("refuses a base that has no quarter, and arguments", async () => {
  await expect(command.run([], { engine: "onnx", threads: "1", base: "3,8,8,4,8,4,64,2" })).rejects.toMatchObject({ code: "bench/bad-shape" });
  await expect(command.run(["4,8,8,4,8,4,64,2"], {})).rejects.toMatchObject({ code: "bench/bad-option" });
});
