import { expect, it } from "vitest";
import { parseCount } from "./parse-count.js";

it.each([["66M", 66e6], ["43.5m", 43.5e6], ["900k", 900e3], ["1.2G", 1.2e9], ["66e6", 66e6], ["5e+09", 5e9], ["1.5E3", 1500], [".5", 0.5], ["40.", 40], ["3", 3], ["0", 0]])("reads %s as %d", (text, count) => {
  expect(parseCount(text)).toBe(count);
});

it.each(["", "66 M", "66MB", "6T", "M", "-3", "+3", "Infinity", "1e999", "0x10", ".", "1e", "5e3k", "1e-3", "50%"])("reads nothing in %j", (text) => {
  expect(parseCount(text)).toBeUndefined();
});
