import { onnxBackend } from "@bort/backend-onnx";
import { type Backend } from "@bort/graph";
import { expect, it } from "vitest";
import { compileShapes, measureCompile } from "./compile-benchmark.js";
import { parseStepShape } from "./step-shape.js";

it("adds up the compilation of every program of a shape", async () => {
  const backend = await onnxBackend({ threads: 1 });
  const slow: Backend = { ...backend, compile: async (graph) => (await new Promise((resolve) => setTimeout(resolve, 20)), backend.compile(graph)) };
  const times = await measureCompile(slow, ["2,8,16,2,32,1,50,2", "1,4,8,1,16,1,20,1"].map(parseStepShape));
  expect(times.map(({ shape }) => shape)).toEqual(["2,8,16,2,32,1,50,2", "1,4,8,1,16,1,20,1"]);
  for (const { compileMs, firstStepMs, secondStepMs } of times) {
    expect(compileMs).toBeGreaterThan(3 * 19); // Three programs of 20 ms: a timer may be a millisecond early.
    expect(firstStepMs).toBeGreaterThan(19);
    expect(secondStepMs).toBeGreaterThan(0);
  }
});

it("has two shapes of one structure and other sizes", () => {
  const [first, second] = compileShapes.map(parseStepShape);
  expect([first!.depth, second!.depth]).toEqual([24, 24]);
  expect(first!.hiddenSize).not.toBe(second!.hiddenSize);
});
