import { describe, expect, it } from "vitest";
import { parseTargets, targetValues } from "./targets.js";

describe("parseTargets", () => {
  it("reads values with their letters, and fractions", () => {
    expect(parseTargets("66M, 43.5m,900k,1.2G,66e6,3,.5", "value")).toEqual([66e6, 43.5e6, 900e3, 1.2e9, 66e6, 3, 0.5].map((value) => ({ value })));
    expect(parseTargets("0.75,.5", "fraction")).toEqual([{ fraction: 0.75 }, { fraction: 0.5 }]);
  });

  it.each(["", "66 M", "66MB", "M", "-3", "0", "1e", "Infinity", "66M,,43M", "0x10", "."])("refuses %j as a value", (text) => {
    expect(() => parseTargets(text, "value")).toThrow(expect.objectContaining({ code: "schubert-prune/bad-option" }));
  });

  it.each(["", "0", "1", "1.5", "50%", "0.0005k", "-0.5"])("refuses %j as a fraction", (text) => {
    expect(() => parseTargets(text, "fraction")).toThrow(expect.objectContaining({ code: "schubert-prune/bad-option" }));
  });
});

describe("targetValues", () => {
  it("are in the objective's unit, the largest first", () => {
    expect(targetValues([{ value: 30 }, { fraction: 0.75 }, { value: 60.5 }, { fraction: 0.5 }], 100)).toEqual([75, 60.5, 50, 30]);
  });

  it.each([[{ value: 100 }], [{ value: 101 }], [{ value: 0 }], [{ value: NaN }], [{ fraction: 1 }], [{ fraction: -0.1 }]])("refuses %j of a network of 100", (target) => {
    expect(() => targetValues([{ value: 50 }, target], 100)).toThrow(expect.objectContaining({ code: "schubert-prune/unreachable-target" }));
  });

  it("refuses none, and one that is there twice, however it is written", () => {
    expect(() => targetValues([], 100)).toThrow(expect.objectContaining({ code: "schubert-prune/bad-option" }));
    expect(() => targetValues([{ value: 50 }, { value: 20 }, { fraction: 0.5 }], 100)).toThrow(expect.objectContaining({ code: "schubert-prune/bad-option" }));
  });

  it("shows what was measured in four digits", () => {
    expect(() => targetValues([{ value: 2.5 }], 1.53751899999952)).toThrow("below 1.538, what the network has, got 2.500");
  });
});
