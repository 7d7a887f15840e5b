import { expect, it } from "vitest";
import { convergentSets, type HyperparameterSet, paperTheta, repositoryTheta, smallTheta } from "./hyperparameter-sets.js";
import { requireDistinctSets } from "./require-distinct-sets.js";

it("takes sets that differ in a value or a name, and the sets of the papers", () => {
  for (const sets of [paperTheta, repositoryTheta, smallTheta, Object.values(convergentSets).slice(0, 1).map(({ set }) => set)]) requireDistinctSets(sets);
  requireDistinctSets([{ a: 1, b: 2 }, { a: 2, b: 1 }, { a: 1 }, { a: 1, c: 2 }, { a: "1", b: 2 }]);
});

it.each<[sets: readonly HyperparameterSet[], told: string]>([
  [[{ a: 1 }, { a: 2 }, { a: 1 }], 'got {"a":1} as set 0 and set 2;'],
  [[{ a: 1 }, { a: 3e-4, b: 10 }, { b: 10, a: 0.0003 }], 'got {"b":10,"a":0.0003} as set 1 and set 2;'],
])("refuses a set that is there twice, in whatever order its values stand: %j", (sets, told) => {
  expect(() => requireDistinctSets(sets)).toThrow(expect.objectContaining({ code: "agora/bad-option", message: expect.stringContaining(told) as string }));
});
