import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { dominates, nonDominatedSort, type Solution } from "./non-dominated-sort.js";

/** Coarse values, so that ties and equal solutions are common; every third breaks a constraint. */
function solutions(seed: number, count: number): Solution[] {
  const rng = random(seed, "solutions");
  return Array.from({ length: count }, () => ({ values: [rng.integer(5), rng.integer(5), rng.integer(3)], violation: Math.max(0, rng.integer(3) - 1) }));
}

describe("nonDominatedSort", () => {
  it("peels off what nothing that is left dominates", () => {
    for (let seed = 0; seed < 40; seed++) {
      let left = solutions(seed, 1 + seed);
      for (const front of nonDominatedSort(left)) {
        const expected = left.filter((solution) => !left.some((other) => dominates(other, solution)));
        expect(front).toEqual(expected);
        left = left.filter((solution) => !front.includes(solution));
      }
      expect(left).toEqual([]);
    }
  });

  it("ranks what keeps the constraints before all that does not, and that by how far it is off", () => {
    const [good, poor, far, near] = [{ values: [1, 1], violation: 0 }, { values: [9, 9], violation: 0 }, { values: [0, 0], violation: 3 }, { values: [5, 5], violation: 1 }];
    expect(nonDominatedSort([far, poor, near, good])).toEqual([[good], [poor], [near], [far]]);
  });

  it("of nothing is nothing", () => expect(nonDominatedSort([])).toEqual([]));
});
