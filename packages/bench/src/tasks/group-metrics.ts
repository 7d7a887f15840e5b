import { requirePairs, requireSome } from "./require-values.js";

/** Positions of the examples of each group, in the order of the first of each. */
export function groupPositions(groups: readonly string[]): readonly (readonly number[])[] {
  const positions = new Map<string, number[]>();
  groups.forEach((group, position) => {
    const others = positions.get(group);
    if (others === undefined) positions.set(group, [position]);
    else others.push(position);
  });
  return [...positions.values()];
}

/**
 * The share of groups whose every label is the right one: MultiRC's EM, its groups being questions (SuperGLUE, Wang et al. 2019, section 3).
 *
 * @throws BenchError `bench/lengths-differ`, `bench/no-examples`
 */
export function groupExactMatch<Label>(predicted: readonly Label[], gold: readonly Label[], groups: readonly string[]): number {
  requirePairs(predicted, gold);
  requirePairs(predicted, groups);
  return shareOf(groupPositions(groups), (positions) => positions.every((i) => predicted[i] === gold[i]));
}

/**
 * The share of groups whose examples are all predicted alike: AX-g's gender parity, its groups being pairs that differ in the gender of a pronoun
 * (Poliak et al. 2018, "Collecting Diverse Natural Language Inference Problems for Sentence Representation Evaluation"). Right or wrong does not matter.
 *
 * @throws BenchError `bench/lengths-differ`, `bench/no-examples`
 */
export function genderParity<Label>(predicted: readonly Label[], groups: readonly string[]): number {
  requirePairs(predicted, groups);
  return shareOf(groupPositions(groups), (positions) => positions.every((i) => predicted[i] === predicted[positions[0]!]));
}

/** The share of the items that have a property; @throws BenchError `bench/no-examples` */
export function shareOf<Item>(items: readonly Item[], has: (item: Item) => boolean): number {
  requireSome(items);
  return items.filter(has).length / items.length;
}
