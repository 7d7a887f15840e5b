import { describe, expect, it } from "vitest";
import { axisScale, isDrawable } from "./axis.js";

const linear = { label: "x" };
const log = { label: "x", log: true };

describe("isDrawable", () => {
  it("is for finite values, on a logarithmic axis for positive ones", () => {
    expect([-1, 0, 1, Number.NaN, Infinity].map((value) => isDrawable(value, linear))).toEqual([true, true, true, false, false]);
    expect([-1, 0, 1, Number.NaN, Infinity].map((value) => isDrawable(value, log))).toEqual([false, false, true, false, false]);
  });
});

describe("axisScale", () => {
  it("spans the drawable values", () => {
    expect(axisScale([3, Number.NaN, 1, Infinity], linear)).toMatchObject({ type: "linear", domain: [1, 3] });
  });

  it("widens around a single value", () => {
    expect(axisScale([10, 10], linear).domain).toEqual([9, 11]);
    expect(axisScale([0], linear).domain).toEqual([-1, 1]);
    expect(axisScale([-10], linear).domain).toEqual([-11, -9]);
    expect(axisScale([4, 0], log).domain).toEqual([2, 8]);
  });

  it.each([
    ["a decade", [1, 10], [1, 2, 5, 10]],
    ["two decades", [30, 3000], [50, 100, 200, 500, 1000, 2000]],
    ["five decades", [1e-4, 10], [1e-4, 1e-3, 1e-2, 1e-1, 1, 10]],
    ["twenty decades", [1e-10, 1e10], [1e-9, 1e-6, 1e-3, 1, 1e3, 1e6, 1e9]],
    ["less than a decade", [2.2, 4.4], 5],
  ])("marks %s on a logarithmic axis", (_, values, ticks) => {
    const scale = axisScale(values, log).ticks;
    if (typeof scale === "number" || typeof ticks === "number") expect(scale).toBe(ticks);
    else expect(scale.map((tick) => Number(tick.toPrecision(12)))).toEqual(ticks);
  });
});
