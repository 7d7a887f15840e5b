import { describe, expect, it } from "vitest";
import { crowdingDistance } from "./crowding-distance.js";

const of = (...values: number[][]): number[] => [...crowdingDistance(values.map((each) => ({ values: each })))];

describe("crowdingDistance", () => {
  it("is the share of the ranges between the neighbours, whatever the order", () => {
    expect(of([0, 10], [1, 6], [4, 5], [10, 0])).toEqual([Infinity, 4 / 10 + 5 / 10, 9 / 10 + 6 / 10, Infinity]);
    expect(of([4, 5], [10, 0], [0, 10], [1, 6])).toEqual([9 / 10 + 6 / 10, Infinity, Infinity, 4 / 10 + 5 / 10]);
  });

  it("does not depend on units", () => {
    const values = [[3, 9, 1], [4, 4, 8], [6, 5, 2], [7, 1, 3], [9, 0, 9]];
    expect(of(...values.map(([a, b, c]) => [1000 * a! + 7, b!, c! / 4]))).toEqual(of(...values).map((distance) => expect.closeTo(distance, 12)));
  });

  it("is nothing where all are alike, infinite for two that differ", () => {
    expect(of([1, 2], [1, 2], [1, 2])).toEqual([0, 0, 0]);
    expect(of([1, 2], [2, 1])).toEqual([Infinity, Infinity]);
    expect(of([5, 5])).toEqual([0]);
    expect(of()).toEqual([]);
  });
});
