import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { type HyperparameterSet } from "./hyperparameter-sets.js";
import { lcsRoot, prune, rankPrefix, worstOnly } from "./prune-rule.js";

const sets = (...rows: readonly (readonly [number, number, number])[]): HyperparameterSet[] => rows.map(([rate, decay, warmup]) => ({ rate, decay, warmup }));

describe("lcsRoot", () => {
  it.each([
    ["a run that shares a value", sets([1, 0, 5], [2, 0, 6], [3, 0, 7], [3, 1, 7], [9, 9, 9]), [0, 1, 2]],
    ["nothing shared with the root", sets([1, 0, 5], [2, 1, 6], [2, 0, 6], [9, 9, 9]), [0]],
    ["a value in another place is not shared", sets([1, 2, 3], [2, 3, 1], [9, 9, 9]), [0]],
    ["each shares with the root, but not all one value", sets([1, 2, 3], [1, 5, 6], [7, 2, 8], [9, 9, 9]), [0, 1]],
    ["a longer common subsequence changes nothing", sets([1, 2, 3], [1, 2, 4], [1, 5, 6], [9, 9, 9]), [0, 1, 2]],
    ["a value that all of Theta has says nothing", sets([1, 2, 3], [1, 5, 6], [1, 8, 9]), [0]],
    ["nor does it beside another", sets([1, 2, 3], [1, 2, 6], [1, 8, 6]), [0, 1]],
    ["one set", sets([1, 2, 3]), [0]],
  ])("%s", (_, given, leaving) => {
    expect(prune(lcsRoot(), given)).toEqual(leaving);
  });

  it("counts values that all of Theta has where it is told to: the best alone stays", () => {
    expect(prune(lcsRoot({ constants: true }), sets([1, 2, 3], [1, 5, 6], [1, 8, 9]))).toEqual([0, 1]);
  });

  it("looks at the Theta of the start for what differs, not at what is left of it", () => {
    const theta = sets([1, 2, 3], [1, 5, 6], [2, 8, 9]);
    expect(prune(lcsRoot(), theta.slice(0, 2), theta)).toEqual([0]);
    expect(prune(lcsRoot(), sets([1, 2, 3], [1, 5, 6], [1, 7, 8]), theta)).toEqual([0, 1]);
  });

  it("begins at the best where the order is descending, which stays", () => {
    expect(prune(lcsRoot({ order: "descending" }), sets([9, 9, 9], [2, 0, 6], [1, 0, 5], [1, 0, 7]))).toEqual([1, 2]);
    expect(prune(lcsRoot({ order: "descending" }), sets([9, 9, 9], [2, 0, 6], [1, 1, 5]))).toEqual([0]); // Nothing near the best: the worst leaves.
  });

  it("is the longest such run, as brute force finds it", () => {
    const rng = random(3, "sets");
    for (let trial = 0; trial < 200; trial++) {
      const given = sets(...Array.from({ length: 6 }, () => [rng.integer(2), rng.integer(2), rng.integer(3)] as const));
      const shares = (count: number): boolean => ["rate", "decay", "warmup"].some((name) => given.slice(0, count).every((set) => set[name] === given[0]![name]));
      const longest = [6, 5, 4, 3, 2, 1].find(shares)!;
      expect(prune(lcsRoot({ constants: true }), given)).toEqual(Array.from({ length: Math.min(longest, 5) }, (_, place) => place));
    }
  });
});

describe("prune", () => {
  it("takes the worst, or a share of the worst", () => {
    const given = sets([1, 1, 1], [2, 2, 2], [3, 3, 3], [4, 4, 4], [5, 5, 5]);
    expect(prune(worstOnly, given)).toEqual([0]);
    expect(prune(rankPrefix(), given)).toEqual([0, 1]);
    expect(prune(rankPrefix(0.1), given)).toEqual([0]);
    expect(prune(rankPrefix(1), given)).toEqual([0, 1, 2, 3]);
    expect(() => rankPrefix(0)).toThrow(expect.objectContaining({ code: "agora/bad-option" }));
  });

  it("lets the best stay whatever a rule says, takes the worst where it names none, and ends with the last", () => {
    const given = sets([1, 1, 1], [2, 2, 2], [3, 3, 3]);
    expect(prune({ name: "best", leaving: () => [2] }, given)).toEqual([0]);
    expect(prune({ name: "none", leaving: () => [] }, given)).toEqual([0]);
    expect(prune({ name: "odd", leaving: () => [1, 1, -1, 7, 0.5, 0] }, given)).toEqual([0, 1]);
    expect(prune({ name: "none", leaving: () => [] }, given.slice(2))).toEqual([0]);
  });
});
