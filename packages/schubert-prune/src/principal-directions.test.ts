import { random } from "@bort/data";
import { expect, it } from "vitest";
import { principalDirections } from "./principal-directions.js";

const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number => Array.from(x).reduce((sum, value, i) => sum + value * y[i]!, 0);

/** The matrix of those moments along some orthonormal directions, and these. */
function made(moments: readonly number[]): { matrix: number[]; directions: Float64Array[] } {
  const size = moments.length;
  const rng = random(3);
  const drawn = Array.from({ length: size ** 2 }, () => rng.normal());
  const directions = principalDirections(drawn.map((value, i) => value + drawn[(i % size) * size + Math.floor(i / size)]!), size, size); // Any basis will do.
  const matrix = drawn.map((_, i) => moments.reduce((sum, moment, k) => sum + moment * directions[k]![Math.floor(i / size)]! * directions[k]![i % size]!, 0));
  return { matrix, directions };
}

it("finds the leading eigenvectors in their order", () => {
  const { matrix, directions } = made([9, 5, 3, 2, 1, 0.5, 0.1, 0]);
  const found = principalDirections(matrix, 8, 4);
  for (const [k, direction] of found.entries()) expect(Math.abs(dot(direction, directions[k]!))).toBeCloseTo(1, 8);
});

it.each([[[4, 4, 4, 0, 0, 0]], [[1, 0, 0, 0, 0, 0]], [[0, 0, 0, 0, 0, 0]]])("gives orthonormal directions where moments are %j", (moments) => {
  const found = principalDirections(made(moments).matrix, 6, 5);
  for (const [i, x] of found.entries()) for (const [j, y] of found.entries()) expect(dot(x, y)).toBeCloseTo(Number(i === j), 10);
});
