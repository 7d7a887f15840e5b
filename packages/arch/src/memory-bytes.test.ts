import { describe, expect, it } from "vitest";
import { memoryBytes } from "./memory-bytes.js";
import { parameterCount } from "./parameter-count.js";
import { presetNamed } from "./presets.js";
import { superShaperArch } from "./super-shaper-arch.js";

const base = { ...presetNamed("bert-base-uncased"), pooler: false };
const parameters = parameterCount(base).total;

describe("memoryBytes", () => {
  it("holds weights, gradients and AdamW's two moments in float32", () => {
    const { weights, gradients, optimizerState } = memoryBytes(base, { sequence: 128 });
    expect([weights, gradients, optimizerState]).toEqual([4 * parameters, 4 * parameters, 8 * parameters]);
  });

  it.each([["sgd", 0], ["momentum", 4], ["adamw", 8]] as const)("holds for %s %i bytes a parameter", (optimizer, bytes) => {
    expect(memoryBytes(base, { sequence: 8, optimizer }).optimizerState).toBe(bytes * parameters);
  });

  it("sums what runs and what trains", () => {
    const memory = memoryBytes(base, { sequence: 64, batch: 4, weightBytes: 2, activationBytes: 2 });
    expect(memory.inference).toBe(memory.weights + memory.inferenceActivations);
    expect(memory.training).toBe(memory.weights + memory.gradients + memory.optimizerState + memory.trainingActivations);
    expect(memory.weights).toBe(2 * parameters);
    expect(memory.optimizerState).toBe(8 * parameters);
  });

  it("keeps for a layer what Korthikanti et al. count, 34 s b h + 5 a s^2 b bytes less the dropout masks, in 16 bits", () => {
    const [batch, sequence, hidden, heads] = [3, 96, 768, 12];
    const kept = (depth: number): number =>
      memoryBytes({ ...base, layers: base.layers.slice(0, depth) }, { sequence, batch, activationBytes: 2 }).trainingActivations;
    // Two masks of 1 byte an element of s b h, one of a s^2 b; the dropped copy of the weights, 2 bytes.
    expect(kept(2) - kept(1)).toBe((34 - 2) * sequence * batch * hidden + (5 - 1 - 2) * heads * sequence ** 2 * batch);
  });

  it("runs in the memory of its widest moment", () => {
    const [sequence, batch] = [128, 2];
    const feedForward = 4 * batch * sequence * (768 + 3072 + 768);
    expect(memoryBytes(base, { sequence, batch }).inferenceActivations).toBe(feedForward);
    // At 512 tokens the scores are wider.
    expect(memoryBytes(base, { sequence: 512 }).inferenceActivations).toBe(4 * 512 * (768 + 3 * 768 + 12 * 512));
  });

  it("counts the logits of masked positions", () => {
    const heads = { mlm: {} };
    const logits = memoryBytes(base, { sequence: 128, heads, maskedPositions: 128 }).inferenceActivations;
    expect(logits).toBe(4 * 128 * (768 + 768 + 30_522));
    expect(memoryBytes(base, { sequence: 128, heads, maskedPositions: 1 }).inferenceActivations).toBe(4 * 128 * (768 + 3072 + 768));
  });

  it("keeps MobileBERT's stream beside its narrow layers", () => {
    const mobile = memoryBytes(presetNamed("mobilebert"), { sequence: 128 });
    expect(mobile.inferenceActivations).toBe(4 * 128 * (512 + 128 + 3 * 128 + 4 * 128));
  });

  it("needs less for narrower shapes", () => {
    const training = (width: number): number => memoryBytes(superShaperArch(new Array<number>(12).fill(width)), { sequence: 128 }).training;
    expect(training(120)).toBeLessThan(training(360));
    expect(training(360)).toBeLessThan(training(768));
  });

  it.each([
    [{ sequence: 513 }, "arch/sequence-too-long"], [{ sequence: 8, batch: 0.5 }, "arch/bad-size"], [{ sequence: 8, maskedPositions: 9 }, "arch/bad-size"],
  ])("refuses %o", (options, code) => {
    expect(() => memoryBytes(base, options)).toThrow(expect.objectContaining({ code }));
  });

  it("refuses to round", () => {
    expect(() => memoryBytes({ ...base, positions: 2 ** 24 }, { sequence: 2 ** 24 })).toThrow(expect.objectContaining({ code: "arch/too-large" }));
  });
});
