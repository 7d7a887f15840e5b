import { onnxBackend } from "@bort/backend-onnx";
import { describe, expect, it } from "vitest";
import { measureGrowth, measureStep, parseStepShape } from "./step-benchmark.js";

describe("parseStepShape", () => {
  it("reads the eight sizes in order", () => {
    expect(parseStepShape("16,128,256,4,1024,4,8192,20")).toEqual({
      batchSize: 16, sequenceLength: 128, hiddenSize: 256, heads: 4, intermediateSize: 1024, depth: 4, vocabSize: 8192, maskedPerSequence: 20,
    });
  });

  it.each(["", "1,2,3", "16,128,256,4,1024,4,8192,0", "16,128,256,4,1024,4,8192,x", "2,8,16,2,32,1,50,9"])("refuses %j", (text) => {
    expect(() => parseStepShape(text)).toThrow(expect.objectContaining({ code: "bench/bad-shape" }));
  });
});

describe("a training step", async () => {
  const backend = await onnxBackend({ threads: 1 });
  const shape = parseStepShape("2,8,16,2,32,1,50,2");

  it("is timed as often as asked, from a loss near that of a guess", async () => {
    const { medianMs, minMs, residentBytes, loss } = await measureStep(backend, shape, { warmUp: 0, repeats: 1 });
    expect(minMs).toBeGreaterThan(0);
    expect(medianMs).toBe(minMs);
    expect(residentBytes).toBeGreaterThan(1e6);
    expect(loss).toBeGreaterThan(Math.log(50) - 1);
    expect(loss).toBeLessThan(Math.log(50) + 1);
  });

  it("trains: the loss on its one batch falls", async () => {
    const first = await measureStep(backend, shape, { warmUp: 0, repeats: 1 });
    const later = await measureStep(backend, shape, { warmUp: 0, repeats: 200 });
    expect(later.loss).toBeLessThan(first.loss - 0.05);
  });

  it("is watched for growth", async () => {
    const { earlyBytes, lateBytes, ratio, steps } = await measureGrowth(backend, shape, 60);
    expect(steps).toBe(60);
    expect(ratio).toBe(lateBytes / earlyBytes);
  });

  it("refuses counts that give no median", async () => {
    await expect(measureStep(backend, shape, { repeats: 0 })).rejects.toMatchObject({ code: "bench/bad-option" });
    await expect(measureGrowth(backend, shape, 59)).rejects.toMatchObject({ code: "bench/bad-option" });
  });
});
