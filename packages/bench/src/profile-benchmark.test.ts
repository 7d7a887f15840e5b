import { NativeError, nativeBackend } from "@bort/backend-native";
import { describe, expect, it } from "vitest";
import { profileStep } from "./profile-benchmark.js";
import { parseStepShape, stepCosts } from "./step-shape.js";

const backend = await nativeBackend({ threads: 1 }).catch((error: unknown) => {
  if (error instanceof NativeError) return undefined; // Without a BLAS there is nothing to profile.
  throw error;
});

describe.skipIf(backend === undefined)("profileStep (needs a BLAS)", () => {
  const shape = parseStepShape("2,8,16,2,32,1,50,2");

  it("finds every product of a training step, and nothing twice", async () => {
    const { steps, totalMs } = await profileStep(backend!, shape, { repeats: 2 });
    expect(steps.map(({ ms }) => ms)).toEqual(steps.map(({ ms }) => ms).toSorted((a, b) => b - a));
    expect(totalMs).toBeCloseTo(steps.reduce((sum, { ms }) => sum + ms, 0), 9);
    const products = steps.flatMap(({ step, runs }) => (step.startsWith("gemm") ? [runs * Number(/(\d+) FLOPs/.exec(step)![1])] : []));
    expect(products.reduce((sum, flops) => sum + flops, 0)).toBe(stepCosts(shape).flops);
    expect(new Set(steps.map(({ program }) => program)).size).toBe(3);
    for (const { step, gflopsPerSecond } of steps) expect(gflopsPerSecond !== null).toBe(step.startsWith("gemm"));
  });

  it("refuses to profile no step", async () => {
    await expect(profileStep(backend!, shape, { repeats: 0 })).rejects.toMatchObject({ code: "bench/bad-option" });
  });
});
