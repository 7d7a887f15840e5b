import { onnxBackend } from "@bort/backend-onnx";
import { expect, it } from "vitest";
import { parseStepShape } from "./step-shape.js";
import { measureSupernetStep } from "./supernet-benchmark.js";

const backend = await onnxBackend({ threads: 1 });
const shape = parseStepShape("2,8,16,2,16,2,50,2");

it("times a shape as a part of a super-network and alone, in turn", async () => {
  const { widths, supernetMs, staticMs, ratio } = await measureSupernetStep(backend, shape, [8, 16], { rounds: 1, steps: 2 });
  expect(widths).toEqual([8, 16]);
  for (const { median } of [supernetMs, staticMs]) expect(median).toBeGreaterThan(0);
  expect(ratio.median).toBe(supernetMs.median / staticMs.median);
});

it("refuses widths of another number of layers, and no rounds", async () => {
  await expect(measureSupernetStep(backend, shape, [8])).rejects.toMatchObject({ code: "supershaper/bad-shape" });
  await expect(measureSupernetStep(backend, shape, [8, 8], { rounds: 0 })).rejects.toMatchObject({ code: "bench/bad-option" });
});
