import { describe, expect, it } from "vitest";
import { bottleneckDiagonal } from "./bottleneck-diagonal.js";

/** Elements 10 r + c, so that each says where it is from. */
const matrix = (rows: number, columns: number): Float32Array => Float32Array.from({ length: rows * columns }, (_, i) => 10 * Math.floor(i / columns) + (i % columns));

describe("bottleneckDiagonal", () => {
  it("is the principal diagonal, in bands between the widths", () => {
    const { values, bands } = bottleneckDiagonal(matrix(5, 5), 5, [2, 4, 5]);
    expect(values).toEqual([0, 11, 22, 33, 44]);
    expect(bands).toEqual([{ from: 0, to: 2, mean: 5.5 }, { from: 2, to: 4, mean: 27.5 }, { from: 4, to: 5, mean: 44 }]);
  });

  it("ends with the shorter side of a matrix that is not square", () => {
    expect(bottleneckDiagonal(matrix(2, 4), 4, [1, 3]).values).toEqual([0, 11]);
    expect(bottleneckDiagonal(matrix(4, 2), 2, [1, 3]).bands).toEqual([{ from: 0, to: 1, mean: 0 }, { from: 1, to: 2, mean: 11 }]);
  });

  it("has a softmax that adds up to 1, of large values too", () => {
    const { softmax } = bottleneckDiagonal([1000, 0, 0, 1001], 2, []);
    expect(softmax[1]! / softmax[0]!).toBeCloseTo(Math.E, 10);
    expect(softmax[0]! + softmax[1]!).toBeCloseTo(1, 12);
    expect(bottleneckDiagonal([1, 0, 0, 0, 1, 0, 0, 0, 1], 3, [1, 2]).softmax).toEqual([1 / 3, 1 / 3, 1 / 3]);
  });

  it.each([[7, 3], [0, 3], [4, 0], [4, Number.NaN]])("refuses %d elements in %d columns", (elements, columns) => {
    expect(() => bottleneckDiagonal(new Float32Array(elements), columns, [1])).toThrow(expect.objectContaining({ code: "supershaper/bad-shape" }));
  });
});
