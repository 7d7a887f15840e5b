import { random } from "@bort/data";
import { expect, it } from "vitest";
import { dot } from "./dot.js";
import { symmetricEigen } from "./symmetric-eigen.js";

const rng = random(1);
const gram = (size: number, rank: number): number[][] => {
  const rows = Array.from({ length: size }, (_, i) => Array.from({ length: rank }, () => rng.normal() * 10 ** (i % 4)));
  return rows.map((x) => rows.map((y) => dot(x, y)));
};

it("solves 2 x 2 by hand", () => {
  const { values, vectors } = symmetricEigen([[2, 1], [1, 2]]);
  expect(values).toEqual([expect.closeTo(3, 14), expect.closeTo(1, 14)]);
  expect(Math.abs(vectors[0]![0]! * vectors[0]![1]!)).toBeCloseTo(0.5, 14); // (1, 1) / sqrt(2), of either sign.
});

it.each([[1, 1], [2, 1], [9, 9], [30, 7], [40, 60]])("puts a Gram matrix of %i rows and rank %i together again", (size, rank) => {
  const matrix = gram(size, rank);
  const { values, vectors } = symmetricEigen(matrix);
  const largest = values[0]!;
  expect([...values].sort((a, b) => b - a)).toEqual(values);
  for (const [i, row] of matrix.entries()) {
    for (const [j, element] of row.entries()) {
      expect(values.reduce((sum, value, k) => sum + value * vectors[k]![i]! * vectors[k]![j]!, 0) / largest).toBeCloseTo(element / largest, 12);
      expect(dot(vectors[i]!, vectors[j]!)).toBeCloseTo(Number(i === j), 12);
    }
  }
  for (const value of values.slice(rank)) expect(Math.abs(value) / largest).toBeLessThan(1e-13);
});

it("ends at once where nothing is to do", () => {
  expect(symmetricEigen([])).toEqual({ values: [], vectors: [] });
  expect(symmetricEigen([[0, 0], [0, 0]]).values).toEqual([0, 0]);
  expect(symmetricEigen([[1, 0], [0, 5]])).toEqual({ values: [5, 1], vectors: [Float64Array.of(0, 1), Float64Array.of(1, 0)] });
});
