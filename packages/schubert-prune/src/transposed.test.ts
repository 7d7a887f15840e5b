import { expect, it } from "vitest";
import { transposed } from "./transposed.js";

it("makes columns of rows", () => {
  expect(transposed([1, 2, 3, 4, 5, 6], 2)).toEqual(Float32Array.of(1, 4, 2, 5, 3, 6));
  expect(transposed(transposed([1, 2, 3, 4, 5, 6], 2), 3)).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
});
