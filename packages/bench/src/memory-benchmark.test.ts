import { onnxBackend } from "@bort/backend-onnx";
import { describe, expect, it } from "vitest";
import { measureGrowth, memoryBar } from "./memory-benchmark.js";
import { parseStepShape, stepCosts } from "./step-shape.js";

const shape = parseStepShape("2,8,16,2,32,1,50,2");

describe("measureGrowth", async () => {
  const backend = await onnxBackend({ threads: 1 });

  it("compares early steps with late ones", async () => {
    const { earlyBytes, lateBytes, ratio, steps } = await measureGrowth(backend, shape, 60);
    expect(steps).toBe(60);
    expect(ratio).toBe(lateBytes / earlyBytes);
  });

  it("refuses counts that have no late steps", async () => {
    await expect(measureGrowth(backend, shape, 59)).rejects.toMatchObject({ code: "bench/bad-option" });
  });
});

describe("memoryBar", () => {
  it("allows half as much again as weights, gradients, moments and activations, and 150 MB", () => {
    const { parameters, activationBytes } = stepCosts(shape);
    expect(memoryBar(shape)).toBe(24 * parameters + 1.5 * activationBytes + 150_000_000);
  });

  it("comes to 2.1 GB for Bort", () => {
    expect(memoryBar(parseStepShape("4,128,1024,8,768,4,50265,20")) / 1e9).toBeCloseTo(2.1, 1);
  });
});
