import { presetNamed } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { bortPretraining } from "./bort-pretraining.js";
import { layoutOf } from "./parameter-layout.js";
import { modelParameters } from "./parameter-spec.js";
import { schedule } from "./schedule.js";

describe("bortPretraining", () => {
  it("has the settings of Bort, section 4.2, and of its released code", () => {
    const { optimizer, ...settings } = bortPretraining();
    expect(settings).toEqual({
      steps: 25_000, schedule: "noam", learningRate: 1e-4, warmupRatio: 0.01, maxGradientNorm: 1, shape: { batchSize: 1024, sequenceLength: 512, maskedPerSequence: 80 },
    });
    expect({ name: optimizer.name, ...optimizer.settings }).toEqual({ name: "adamw", beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01 });
  });

  it("leaves room for every prediction of a full sequence", () => {
    const { sequenceLength, maskedPerSequence } = bortPretraining().shape;
    expect(Math.round(0.15 * (sequenceLength - 2))).toBeLessThanOrEqual(maskedPerSequence);
  });

  it.each([
    ["noam", (step: number) => Math.sqrt(250 / (step + 1))],
    ["linear", (step: number) => (25_000 - step) / 24_750],
  ] as const)("warms up over 250 steps and then decays as %s says", (name, decayed) => {
    const settings = bortPretraining({ schedule: name });
    const rate = schedule(settings.schedule, settings);
    expect(rate(0)).toBeCloseTo(1e-4 / 250, 15);
    expect(rate(249)).toBeCloseTo(1e-4, 15);
    for (const step of [300, 12_000, 24_999]) expect(rate(step)).toBeCloseTo(1e-4 * decayed(step), 15);
  });

  it("decays neither biases nor norms", () => {
    const { groups } = layoutOf(modelParameters(presetNamed("bort"), { kind: "mlm" }));
    const spared = groups.filter(({ decay }) => decay === false).flatMap(({ parameters }) => parameters.map(({ name }) => name));
    const decayed = groups.filter(({ decay }) => decay === true).flatMap(({ parameters }) => parameters.map(({ name }) => name));
    expect(spared.every((name) => /\.(bias|gain)$/.test(name))).toBe(true);
    expect(decayed.some((name) => /\.(bias|gain)$/.test(name))).toBe(false);
    expect(spared.length * decayed.length).toBeGreaterThan(0);
  });
});
