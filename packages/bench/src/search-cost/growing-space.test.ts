import { expect, it } from "vitest";
import { candidateKinds } from "./candidate-kinds.js";
import { growingSpace, spaceSizes } from "./growing-space.js";

it.each(Object.entries(candidateKinds))("has spaces of 10 to 300 points of the %s kind, each with the same mean sizes and all of which can be built", (_, { sizes }) => {
  const means = spaceSizes.map((size) => {
    const points = [...growingSpace(size, sizes).valid()];
    expect(points).toHaveLength(size);
    expect(points.flat().every((each) => Number.isInteger(each) && each > 0)).toBe(true);
    return [0, 2, 3].map((axis) => points.reduce((sum, point) => sum + point[axis]!, 0) / size);
  });
  expect(spaceSizes).toEqual([10, 30, 100, 300]);
  for (const mean of means) mean.forEach((value, axis) => expect(value).toBeCloseTo(means[0]![axis]!, 9));
});
