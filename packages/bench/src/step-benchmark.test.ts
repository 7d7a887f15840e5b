import { onnxBackend } from "@bort/backend-onnx";
import { describe, expect, it } from "vitest";
import { measureStep } from "./step-benchmark.js";
import { type StepVariant } from "./step-trainer.js";
import { parseStepShape } from "./step-shape.js";

describe("a training step", async () => {
  const backend = await onnxBackend({ threads: 1 });
  const shape = parseStepShape("2,8,16,2,32,1,50,2");

  it("is timed as often as asked, from a loss near that of a guess", async () => {
    const { medianMs, minMs, residentBytes, peakBytes, loss } = await measureStep(backend, shape, { warmUp: 0, repeats: 1 });
    expect(minMs).toBeGreaterThan(0);
    expect(medianMs).toBe(minMs);
    expect(residentBytes).toBeGreaterThan(1e6);
    expect(peakBytes).toBeGreaterThanOrEqual(residentBytes);
    expect(loss).toBeGreaterThan(Math.log(50) - 1);
    expect(loss).toBeLessThan(Math.log(50) + 1);
  });

  it("trains: the loss on its one batch falls", async () => {
    const first = await measureStep(backend, shape, { warmUp: 0, repeats: 1 });
    const later = await measureStep(backend, shape, { warmUp: 0, repeats: 200 });
    expect(later.loss).toBeLessThan(first.loss - 0.05);
  });

  it("takes the same steps in parts, and with layers computed again", async () => {
    const loss = async (variant: StepVariant): Promise<number> => (await measureStep(backend, shape, { warmUp: 0, repeats: 20, ...variant })).loss;
    const whole = await loss({});
    expect(await loss({ accumulate: 2 })).toBeCloseTo(whole, 5);
    expect(await loss({ recompute: true })).toBe(whole);
    await expect(loss({ accumulate: 3 })).rejects.toMatchObject({ code: "bench/bad-option" });
  });

  it("refuses counts that give no median", async () => {
    await expect(measureStep(backend, shape, { repeats: 0 })).rejects.toMatchObject({ code: "bench/bad-option" });
  });
});
