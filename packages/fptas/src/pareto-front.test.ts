import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { paretoFront } from "./pareto-front.js";

type Point = Readonly<Record<"a" | "b" | "c" | "d", number>>;

/** Points on a coarse grid, so that ties and equal points are common. */
function pointsOf(seed: number, count: number, levels: number): Point[] {
  const rng = random(seed, "pareto");
  const draw = (): number => rng.integer(levels);
  return Array.from({ length: count }, () => ({ a: draw(), b: draw(), c: draw(), d: draw() }));
}

const bruteForce = (points: readonly Point[], keys: readonly (keyof Point)[]): Point[] =>
  points.filter((point) => !points.some((other) => keys.every((key) => other[key] <= point[key]) && keys.some((key) => other[key] < point[key])));

describe("paretoFront", () => {
  it.each([["a"], ["a", "b"], ["b", "c", "a"], ["a", "b", "c", "d"]] as (keyof Point)[][])("is what comparing all pairs gives: %s %s %s %s", (...keys) => {
    for (let seed = 0; seed < 60; seed++) {
      const points = pointsOf(seed, 1 + (seed % 40), 2 + (seed % 7));
      expect(paretoFront(points, keys)).toEqual(bruteForce(points, keys));
    }
  });

  it("keeps the order and every copy of equal points", () => {
    const [large, fast, same] = [{ a: 3, b: 1 }, { a: 1, b: 2 }, { a: 1, b: 2 }];
    const front = paretoFront([large, { a: 3, b: 2 }, fast, same], ["a", "b"]);
    expect(front).toHaveLength(3);
    expect(front[0]).toBe(large);
    expect(front[1]).toBe(fast);
    expect(front[2]).toBe(same);
  });

  it("of nothing is nothing, and of no keys everything", () => {
    expect(paretoFront([], ["a"])).toEqual([]);
    expect(paretoFront([{ a: 1 }, { a: 2 }], [])).toHaveLength(2);
  });

  it.each([Number.NaN, Infinity, -1])("refuses %d", (a) => {
    expect(() => paretoFront([{ a }], ["a"])).toThrow(expect.objectContaining({ code: "fptas/bad-objective" }));
  });
});
