import { taskNamed, type TextExample } from "@bort/data";
import { describe, expect, it } from "vitest";
import { meanRecall } from "./test-score.js";

const labelled = (...labels: string[]): TextExample[] => labels.map((label, i) => ({ text: String(i), label, group: String(i >> 1) }));

describe("meanRecall", () => {
  it("counts labels alike, however frequent, and those that do not occur not at all", () => {
    const task = taskNamed("CB");
    const examples = labelled("entailment", "entailment", "entailment", "contradiction");
    expect(meanRecall({ task, examples, predictions: ["entailment", "entailment", "neutral", "neutral"] })).toBeCloseTo(1 / 3, 12);
    expect(meanRecall({ task, examples, predictions: examples.map(() => "entailment") })).toBe(0.5);
  });

  it("reads an option of a choice by its own log-odds, not by the question", () => {
    const predictions = [2, 1, -1, -2]; // Both options of the first question seem right, none of the second.
    expect(meanRecall({ task: taskNamed("COPA"), examples: labelled("1", "0", "1", "0"), predictions })).toBe(0.5);
  });
});
