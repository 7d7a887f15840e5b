import { expect, it } from "vitest";
import { written } from "./written.js";

it.each([
  [0, "0"], [3, "3"], [355_000_000, "355,000,000"], [1.23456, "1.235"], [-0.5, "-0.5"], [1234.56, "1,235"], [1e-4, "1.00e-4"], [3.217e15, "3.22e+15"], [Infinity, "Infinity"],
])("%d reads %s", (value, text) => expect(written(value)).toBe(text));
