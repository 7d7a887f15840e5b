import { onnxBackend } from "@bort/backend-onnx";
import { type MlmBatch } from "@bort/data";
import { describe, expect, it } from "vitest";
import { SupernetEvaluation } from "./supernet-evaluation.js";
import { testFeeds, testFrame, testSupernet } from "./test-supernets.js";

const supernet = testSupernet();
const backend = await onnxBackend({ threads: 1 });
const batches = [0, 1].map((seed) => testFeeds(seed) as unknown as MlmBatch);

describe("SupernetEvaluation", () => {
  it.each([
    ["too few widths", [24, 24]], ["too many", [24, 24, 24, 24]], ["a width that the heads do not divide", [24, 5, 24]], ["one wider than the backbone", [24, 48, 24]],
  ])("refuses %s", async (_, shape) => {
    const evaluation = new SupernetEvaluation(backend, supernet, testFrame(supernet));
    await expect(evaluation.of(shape, batches)).rejects.toMatchObject({ code: "supershaper/bad-shape" });
    await evaluation.dispose();
  });

  it("gives shapes that are evaluated at once, one of them in vain, what each is worth alone", async () => {
    const shapes = [[24, 24, 24], [4, 12, 24], [8, 8, 4]];
    const evaluation = new SupernetEvaluation(backend, supernet, testFrame(supernet));
    const alone: unknown[] = [];
    for (const shape of shapes) alone.push(await evaluation.of(shape, batches));
    const inVain = evaluation.of([4, 4, 4], []);
    const atOnce = shapes.map((shape) => evaluation.of(shape, batches));
    await expect(inVain).rejects.toMatchObject({ code: "nn/bad-option" });
    expect(await Promise.all(atOnce)).toEqual(alone);
    await evaluation.dispose();
  });
});
