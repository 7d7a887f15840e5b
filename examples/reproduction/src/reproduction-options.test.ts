import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { paper } from "./paper.js";
import { parseReproductionOptions, usage } from "./reproduction-options.js";
import { toy } from "./toy.js";

describe("parseReproductionOptions", () => {
  it("asks for help with nothing, and has defaults", () => {
    expect(parseReproductionOptions([])).toBeUndefined();
    expect(parseReproductionOptions(["toy", "--help"])).toBeUndefined();
    expect(parseReproductionOptions(["toy"])).toEqual({ setting: toy, dryRun: false, out: "runs/toy", engine: "auto", seed: 0, latency: "measured" });
    expect(parseReproductionOptions(["paper", "--dry-run"])).toMatchObject({ setting: paper, dryRun: true, out: "runs/paper" });
  });

  it("reads every option", () => {
    const args = ["paper", "--corpus", "a", "--corpus", "b", "--out", "here", "--engine", "onnx", "--threads", "2", "--seed", "3", "--latency", "flops", "--at-once", "8", "--teacher", "t"];
    expect(parseReproductionOptions(args)).toMatchObject({
      corpus: ["a", "b"], out: "here", engine: "onnx", threads: 2, seed: 3, latency: "flops", setting: { ...paper, sequencesAtOnce: 8, maximumPoint: { name: "t" } },
    });
  });

  it.each([
    ["large"], ["--seed", "1"], ["toy", "paper"], ["paper"], ["toy", "--seed", "-1"], ["toy", "--seed", "1.5"], ["toy", "--threads", "0"], ["toy", "--engine", "cuda"], ["toy", "--latency", ""],
    ["toy", "--at-once", "4"], ["toy", "--teacher", "t"], ["paper", "--dry-run", "--at-once", "3"], ["toy", "--unknown"],
  ])("refuses %j in one line", (...args) => {
    expect(() => parseReproductionOptions(args)).toThrowError(expect.objectContaining({ code: "reproduction/usage", message: expect.stringMatching(/^[^\n]+$/) }));
  });
});

it("the README tells of every option", () => {
  const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const options = [...usage.matchAll(/--[a-z-]+/g)].map(([option]) => option).filter((option) => option !== "--help");
  expect(options.filter((option) => !page.includes(option))).toEqual([]);
});
