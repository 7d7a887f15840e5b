import { describe, expect, it } from "vitest";
import { type ArchErrorCode } from "../arch-error.js";
import { axisOf, type AxisValues } from "./axis.js";

describe("axisOf", () => {
  it.each<[string, AxisValues, number[]]>([
    ["a list, in its order", [4, 2, 8], [4, 2, 8]],
    ["a range", { from: 3, to: 6 }, [3, 4, 5, 6]],
    ["a range of steps that meet the end", { from: 16, to: 64, step: 16 }, [16, 32, 48, 64]],
    ["a range of steps that do not", { from: 1, to: 9, step: 3 }, [1, 4, 7]],
    ["a range of one value", { from: 5, to: 5, step: 4 }, [5]],
  ])("holds %s", (_, values, expected) => {
    const axis = axisOf("x", values);
    expect(axis.size).toBe(expected.length);
    expect(expected.map((_, place) => axis.valueAt(place))).toEqual(expected);
    expect(expected.map(axis.placeOf)).toEqual(expected.map((_, place) => place));
    for (const other of [0, -1, 2.5, 10, 65, 1e12, NaN, Infinity]) expect(axis.placeOf(other)).toBeUndefined();
  });

  it("keeps its own values", () => {
    const values = [1, 2];
    const axis = axisOf("x", values);
    values[0] = 7;
    expect(axis.valueAt(0)).toBe(1);
  });

  it.each<[AxisValues, ArchErrorCode]>([
    [[], "arch/empty-list"],
    [[2, 4, 2], "arch/duplicate"],
    [[2.5], "arch/bad-size"],
    [[0], "arch/bad-size"],
    [[-3], "arch/bad-size"],
    [[Number.NaN], "arch/bad-size"],
    [[1e12], "arch/bad-size"],
    [{ from: 0, to: 4 }, "arch/bad-size"],
    [{ from: 4, to: 3 }, "arch/bad-size"],
    [{ from: 1, to: 1e12 }, "arch/bad-size"],
    [{ from: 1, to: 9, step: 0 }, "arch/bad-size"],
    [{ from: 1, to: 9, step: 0.5 }, "arch/bad-size"],
  ])("refuses %o", (values, code) => {
    expect(() => axisOf("x", values)).toThrow(expect.objectContaining({ name: "ArchError", code }));
  });
});
