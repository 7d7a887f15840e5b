import { expect, it } from "vitest";
import { earlyMiddleLayers, laterMiddleLayers, paperLayer, resampled } from "./paper-layer.js";

it("keeps the ends, the order, and all of twelve layers", () => {
  const shape = Array.from({ length: 12 }, (_, layer) => layer);
  expect(resampled(shape, 12)).toEqual(shape);
  expect(resampled(shape, 6)).toEqual([0, 2, 4, 7, 9, 11]);
  expect(resampled(shape, 2)).toEqual([0, 11]);
  expect(paperLayer(0, 1)).toBe(0);
  for (let layers = 2; layers < 40; layers++) {
    const places = resampled(shape, layers);
    expect([places[0], places.at(-1)]).toEqual([0, 11]);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  }
});

it("finds the middle of other depths", () => {
  expect([earlyMiddleLayers(12), laterMiddleLayers(12)]).toEqual([[1, 2, 3, 4], [5, 6, 7, 8, 9, 10]]);
  expect([earlyMiddleLayers(6), laterMiddleLayers(6)]).toEqual([[1, 2], [3, 4]]);
  expect([earlyMiddleLayers(4), laterMiddleLayers(4)]).toEqual([[1], [2]]);
});
