import { onnxBackend } from "@bort/backend-onnx";
import { describe, expect, it } from "vitest";
import { type ScalingCurve, curveOf, measureScaling } from "./scaling-benchmark.js";
import { parseStepShape, stepCosts } from "./step-shape.js";

const base = parseStepShape("2,8,8,2,16,2,32,2");

describe("measureScaling", async () => {
  const backend = await onnxBackend({ threads: 1 });

  it("times a step along each axis alone", async () => {
    const curves: ScalingCurve[] = [];
    for await (const curve of measureScaling(backend, { base, factors: [0.5, 1, 2], repeats: 1 })) curves.push(curve);
    expect(curves.map(({ axis, points }) => [axis, points.map(({ shape }) => shape), points.map(({ size }) => size)])).toEqual([
      ["tokens", ["1,8,8,2,16,2,32,2", "2,8,8,2,16,2,32,2", "4,8,8,2,16,2,32,2"], [8, 16, 32]],
      ["width", ["2,8,4,1,8,2,32,2", "2,8,8,2,16,2,32,2", "2,8,16,4,32,2,32,2"], [4, 8, 16]],
      ["depth", ["2,8,8,2,16,1,32,2", "2,8,8,2,16,2,32,2", "2,8,8,2,16,4,32,2"], [1, 2, 4]],
      ["vocabulary", ["2,8,8,2,16,2,16,2", "2,8,8,2,16,2,32,2", "2,8,8,2,16,2,64,2"], [16, 32, 64]],
    ]);
    for (const { points } of curves) for (const { ms } of points) expect(ms).toBeGreaterThan(0);
  });

  it("refuses factors that leave no whole size, before it measures", async () => {
    await expect(measureScaling(backend, { base, factors: [0.25, 1] }).next()).rejects.toMatchObject({ code: "bench/bad-shape" });
  });
});

describe("curveOf", () => {
  it("finds what a GFLOP and the rest of a step cost, and the point that strays most", () => {
    const shapes = [1, 2, 4, 8].map((depth) => ({ ...base, depth }));
    const exact = shapes.map((shape) => [shape, 2 + 3e-9 * stepCosts(shape).flops] as const);
    const straight = curveOf("depth", exact);
    expect(straight.fixedMs).toBeCloseTo(2, 6);
    expect(straight.msPerGflop).toBeCloseTo(3, 3);
    expect(straight.worst).toBeCloseTo(0, 6);
    const [, second] = exact;
    const bent = curveOf("depth", exact.map(([shape, ms]) => [shape, ms === second![1] ? 1.3 * ms : ms] as const));
    expect(bent.worst).toBe(bent.points[1]!.deviation);
    expect(bent.worst).toBeGreaterThan(0.1);
  });
});
