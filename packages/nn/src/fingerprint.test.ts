import { expect, it } from "vitest";
import { fingerprint } from "./fingerprint.js";

it("tells elements, their order and their division into arrays apart", () => {
  const arrays = [[Float32Array.of(1, 2)], [Float32Array.of(2, 1)], [Float32Array.of(1, 2, 0)], [Float32Array.of(1), Float32Array.of(2)], [Float32Array.of(1, 2.0000002)], []];
  const prints = arrays.map((list) => fingerprint(...list));
  expect(new Set(prints).size).toBe(arrays.length);
  prints.forEach((print) => expect(print).toMatch(/^[0-9a-f]{16}$/));
});

it("is of the elements alone, wherever they lie", () => {
  expect(fingerprint(Int32Array.of(7, 8, 9).subarray(1))).toBe(fingerprint(Int32Array.of(8, 9)));
});
