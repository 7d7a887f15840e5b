import { describe, expect, it } from "vitest";
import { ParameterStore } from "./parameter-store.js";
import { averageShare, averagedParameters } from "./weight-average.js";

describe("averageShare", () => {
  it("is 1 at the first update, and falls towards 1 - decay", () => {
    expect(averageShare(0.9, 1)).toBe(1);
    expect(averageShare(0.9, 2)).toBeCloseTo(1 / 1.9, 12);
    expect(averageShare(0.9, 1000)).toBeCloseTo(0.1, 12);
    expect(averageShare(0, 5)).toBe(1);
  });
});

describe("averagedParameters", () => {
  it("needs an average", () => {
    expect(() => averagedParameters({ parameters: new ParameterStore([]) })).toThrow(expect.objectContaining({ code: "nn/bad-option" }));
  });
});
