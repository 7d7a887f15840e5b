import { createModel } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { formatStepShape, parseStepShape, stepArch, stepCosts, stepShapes } from "./step-shape.js";

describe("parseStepShape", () => {
  it("reads the eight sizes in order", () => {
    expect(parseStepShape("16,128,256,4,1024,4,8192,20")).toEqual({
      batchSize: 16, sequenceLength: 128, hiddenSize: 256, heads: 4, intermediateSize: 1024, depth: 4, vocabSize: 8192, maskedPerSequence: 20,
    });
  });

  it.each(stepShapes)("reads %s, which formatStepShape writes", (text) => {
    expect(formatStepShape(parseStepShape(text))).toBe(text);
  });

  it.each(["", "1,2,3", "16,128,256,4,1024,4,8192,0", "16,128,256,4,1024,4,8192,x", "2,8,16,2,32,1,50,9"])("refuses %j", (text) => {
    expect(() => parseStepShape(text)).toThrow(expect.objectContaining({ code: "bench/bad-shape" }));
  });
});

describe("stepCosts", () => {
  const shape = parseStepShape("2,8,16,2,32,1,50,3");

  it("counts the parameters of the model that is trained", () => {
    const { specs } = createModel(stepArch(shape), { kind: "mlm" } as const, 0).parameters;
    expect(stepCosts(shape).parameters).toBe(specs.reduce((sum, spec) => sum + spec.shape.reduce((size, side) => size * side, 1), 0));
  });

  it("counts three passes over every product, the head's over the masked places alone", () => {
    const [tokens, masked] = [2 * 8, 2 * 3];
    const layer = tokens * (4 * 16 * 16 + 2 * 16 * 32) + 2 * tokens * 8 * 16;
    const head = masked * (16 * 16 + 16 * 50);
    expect(stepCosts(shape).flops).toBe(3 * 2 * (layer + head));
  });

  it("keeps twice the activations of twice the sequences", () => {
    expect(stepCosts({ ...shape, batchSize: 4 }).activationBytes).toBe(2 * stepCosts(shape).activationBytes);
  });
});
