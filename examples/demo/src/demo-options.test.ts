import { describe, expect, it } from "vitest";
import { parseDemoOptions } from "./demo-options.js";

describe("parseDemoOptions", () => {
  it("has defaults, and asks for help with nothing", () => {
    expect(parseDemoOptions([])).toMatchObject({ seed: 0, out: "demo-out", engine: "auto", json: false });
    expect(parseDemoOptions(["--help"])).toBeUndefined();
  });

  it("reads every option", () => {
    expect(parseDemoOptions(["--seed", "3", "--out", "here", "--steps-scale", "0.5", "--engine", "onnx", "--threads", "2", "--json"]))
      .toMatchObject({ seed: 3, out: "here", stepsScale: 0.5, engine: "onnx", threads: 2, json: true });
    expect(parseDemoOptions(["--minutes", "0.5"])).toMatchObject({ minutes: 0.5 });
  });

  it.each([
    ["--seed", "-1"], ["--seed=1.5"], ["--threads", "0"], ["--engine", "cuda"], ["--engine="], ["--minutes", "soon"], ["--steps-scale", ""], ["--unknown"], ["extra"],
    ["--minutes", "1", "--steps-scale", "1"],
  ])("refuses %j in one line", (...args) => {
    const text = (): string => {
      try {
        return JSON.stringify(parseDemoOptions(args));
      } catch (error) {
        expect(error).toMatchObject({ code: "demo/usage" });
        return (error as Error).message;
      }
    };
    expect(text()).not.toMatch(/^\{|\n/);
  });
});
