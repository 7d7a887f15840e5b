import { describe, expect, it } from "vitest";
import { readOptions } from "./read-options.js";
import { type PresetValues, presetValues, supernetStepOptions } from "./supernet-step-options.js";

const valuesOf = (...args: readonly string[]): PresetValues => presetValues(readOptions(args, supernetStepOptions).options);
const plain = { steps: 9, sampling: "sandwich", random: 1, "batch-size": 16, "learning-rate": 1e-3, "warmup-ratio": 0.06, schedule: "linear" };

describe("presetValues", () => {
  it("are the defaults that the help tells, without a preset", () => {
    expect(valuesOf("--steps", "9")).toEqual(plain);
    for (const [name, value] of Object.entries(plain).slice(1)) expect(supernetStepOptions[name as keyof PresetValues].defaultText).toBe(String(value));
  });

  it("are those of the paper's table 1 with its preset", () => {
    expect(valuesOf("--preset", "paper")).toEqual({
      steps: 175_000, sampling: "sandwich", random: 1, "batch-size": 2048, "learning-rate": 2e-5, "warmup-ratio": 10_000 / 175_000, schedule: "linear",
    });
  });

  it("are as given, with a preset or without", () => {
    const args = ["--steps", "7", "--sampling", "random", "--random", "3", "--batch-size", "4", "--learning-rate", "0.5", "--warmup-ratio", "0", "--schedule", "noam"];
    const given = { steps: 7, sampling: "random", random: 3, "batch-size": 4, "learning-rate": 0.5, "warmup-ratio": 0, schedule: "noam" };
    expect(valuesOf(...args)).toEqual(given);
    expect(valuesOf("--preset", "paper", ...args)).toEqual(given);
  });

  it("need steps, or a preset that there is", () => {
    expect(() => valuesOf()).toThrow("--steps is missing; give it, or --preset paper");
    expect(() => valuesOf("--preset", "bort")).toThrow("--preset must be one of paper");
  });
});
