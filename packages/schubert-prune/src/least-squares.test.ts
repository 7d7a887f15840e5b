import { random } from "@bort/data";
import { expect, it } from "vitest";
import { leastSquares } from "./least-squares.js";

const draw = (rows: number, columns: number, seed: number): number[][] => {
  const rng = random(seed);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => rng.normal()));
};
/** A^T B, row-major. */
const products = (a: number[][], b: number[][]): number[] => a[0]!.flatMap((_, i) => b[0]!.map((_, j) => a.reduce((sum, row, k) => sum + row[i]! * b[k]![j]!, 0)));

it("finds the map that made the values", () => {
  const [a, map] = [draw(40, 7, 1), draw(7, 3, 2)];
  const b = a.map((row) => map[0]!.map((_, j) => row.reduce((sum, value, i) => sum + value * map[i]![j]!, 0)));
  const found = leastSquares(products(a, a), products(a, b), 7);
  for (const [i, value] of map.flat().entries()) expect(found[i]).toBeCloseTo(value, 4);
});

it("leaves residuals that are orthogonal to what they were fitted by", () => {
  const [a, b] = [draw(50, 6, 3), draw(50, 2, 4)];
  const found = leastSquares(products(a, a), products(a, b), 6);
  const residuals = a.map((row, k) => b[0]!.map((_, j) => b[k]![j]! - row.reduce((sum, value, i) => sum + value * found[2 * i + j]!, 0)));
  for (const value of products(a, residuals)) expect(Math.abs(value)).toBeLessThan(1e-4);
});

it("gives finite values, zeros at best, where nothing is known", () => {
  const a = draw(3, 2, 5).map(([x, y]) => [x!, y!, 0, x! + y!]);
  const found = leastSquares(products(a, a), products(a, draw(3, 1, 6)), 4);
  expect(found.every(Number.isFinite)).toBe(true);
  expect(found[2]).toBe(0);
  expect(leastSquares([0, 0, 0, 0], [0, 0], 2)).toEqual(Float64Array.of(0, 0));
});

it("refuses products that rounding has left without a factorisation, and gives no values that are none", () => {
  expect(() => leastSquares([1, 1.1, 1.1, 1], [1, 1], 2)).toThrow(expect.objectContaining({ code: "schubert-prune/bad-option", message: expect.stringContaining("take more batches") }));
});
