import { describe, expect, it } from "vitest";
import { formatNumber, formatTick } from "./format-number.js";

describe("formatNumber", () => {
  it.each([
    [0, "0"], [12, "12"], [-1234567, "-1,234,567"], [110_000_000, "110,000,000"], [0.5, "0.5"], [0.123456, "0.1235"], [12.3456, "12.35"],
    [1234.56, "1,235"], [0.00012345, "1.234e-4"], [-1e-9, "-1e-9"], [3e20, "3.000e+20"],
    [Number.NaN, "NaN"], [Infinity, "∞"], [-Infinity, "-∞"],
  ])("shows %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe("formatTick", () => {
  it.each([
    [0, "0"], [-0.25, "-0.25"], [0.1 + 0.2, "0.3"], [999, "999"], [2000, "2K"], [1250, "1.25K"], [20_000_000, "20M"], [27_917_287_424, "27.9173B"],
    [2e-5, "2e-5"], [1e15, "1e+15"],
  ])("shows %d as %s", (value, text) => {
    expect(formatTick(value)).toBe(text);
  });
});
