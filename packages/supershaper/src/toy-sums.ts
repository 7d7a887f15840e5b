import { random } from "@bort/data";
import { type PairwiseSum } from "@bort/predictors";

/** Random terms for tests: whole numbers below `levels`, so that ties are common, or normal ones. */
export function randomSum(seed: number, levels?: number): PairwiseSum {
  const term = (...keys: (number | string)[]): number => {
    const rng = random(seed, "term", ...keys);
    return levels === undefined ? rng.normal() : rng.integer(levels);
  };
  return { constant: term("constant"), unary: (layer, width) => term(layer, width), pair: (layer, width, next) => term(layer, width, next) };
}
