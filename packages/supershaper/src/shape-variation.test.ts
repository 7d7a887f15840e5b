import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { ShapeSpace } from "./shape-space.js";
import { crossed, mutated } from "./shape-variation.js";

const space = new ShapeSpace();
const draws = 2000;
const share = (of: (i: number) => boolean): number => Array.from({ length: draws }, (_, i) => of(i)).filter(Boolean).length / draws;

describe("mutated", () => {
  it("draws each width anew with the probability, the same width among others", () => {
    const [rng, shape] = [random(1, "mutants"), space.draw(0, 0)];
    const mutants = Array.from({ length: draws }, () => mutated(space, shape, 0.4, rng));
    for (let layer = 0; layer < 12; layer++) expect(share((i) => mutants[i]![layer] !== shape[layer])).toBeCloseTo((0.4 * 6) / 7, 1);
    expect(mutants.every((mutant) => space.has(mutant))).toBe(true);
  });

  it("leaves all or none at the ends", () => {
    const rng = random(2, "mutants");
    expect(mutated(space, space.smallest, 0, rng)).toEqual(space.smallest);
    expect(share(() => mutated(space, space.smallest, 1, rng)[5] === 120)).toBeCloseTo(1 / 7, 1);
  });
});

describe("crossed", () => {
  it("takes each width from either parent as often, independently", () => {
    const rng = random(3, "crossings");
    const children = Array.from({ length: draws }, () => crossed(space.smallest, space.largest, rng));
    for (let layer = 0; layer < 12; layer++) expect(share((i) => children[i]![layer] === 120)).toBeCloseTo(0.5, 1);
    expect(share((i) => children[i]![0] === children[i]![1])).toBeCloseTo(0.5, 1);
    expect(new Set(children.flat())).toEqual(new Set([120, 768]));
  });
});
