import { createModel } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { finetuneArch, finetuneShapes, parseFinetuneShape } from "./finetune-shape.js";

describe("parseFinetuneShape", () => {
  it("reads the seven sizes of a step, and the number of labels", () => {
    expect(parseFinetuneShape("16,128,256,4,1024,4,8192,3")).toEqual({
      batchSize: 16, sequenceLength: 128, hiddenSize: 256, heads: 4, intermediateSize: 1024, depth: 4, vocabSize: 8192, labels: 3,
    });
    expect(parseFinetuneShape("1,2,4,1,4,1,9,5").labels).toBe(5); // More labels than tokens.
  });

  it.each(["", "1,2,3", "16,128,256,4,1024,4,8192,0", "16,128,256,4,1024,4,8192,1.5"])("refuses %j", (text) => {
    expect(() => parseFinetuneShape(text)).toThrow(expect.objectContaining({ code: "bench/bad-shape", message: expect.stringContaining("vocabulary,labels") }));
  });
});

it.each(finetuneShapes)("the shape %s has an encoder", (text) => {
  const { hiddenSize, layers, tokenTypes } = finetuneArch(parseFinetuneShape(text));
  expect([hiddenSize % layers[0]!.heads, tokenTypes]).toEqual([0, 2]);
});

it("the classifier has as many parameters as the peer says that its own has", () => {
  const { specs } = createModel(finetuneArch(parseFinetuneShape("4,8,16,2,32,1,50,3")), { kind: "classifier", labels: ["0", "1", "2"] } as const, 0).parameters;
  expect(specs.reduce((sum, { shape }) => sum + shape.reduce((size, side) => size * side, 1), 0)).toBe(3539); // benchmarks/peer/finetune_torch.py
});
