import { expect, test } from "vitest";
import { erf } from "./erf.js";

/** Rounded from 40 digits, which mpmath's `erf` gives. */
const known = [
  [0, 0], [1e-3, 0.0011283787909692364], [0.1, 0.1124629160182849], [0.5, 0.5204998778130465], [1, 0.8427007929497149],
  [1.5, 0.9661051464753108], [1.999, 0.9953015566513705], [2, 0.9953222650189527], [2.5, 0.9995930479825550],
  [3, 0.9999779095030014], [6, 1], [Infinity, 1],
] as const;

test.each(known)("erf %d = %d, and is odd", (x, value) => {
  expect(Math.abs(erf(x) - value)).toBeLessThan(2e-15);
  expect(Math.abs(erf(-x) + value)).toBeLessThan(2e-15);
});
