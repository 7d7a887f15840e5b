import { type TextExample } from "@bort/data";
import { BenchError } from "../bench-error.js";
import { groupPositions } from "./group-metrics.js";
import { requireNumbers } from "./require-values.js";

/** A question, and the option that was chosen for it. */
export interface ChosenOption {
  readonly options: readonly TextExample[];
  readonly chosen: TextExample;
  /** Among the options, from 0. */
  readonly place: number;
}

/**
 * The option of each group that has the highest score, the first of several.
 *
 * @throws BenchError `bench/no-group`, and what `requireNumbers` throws of the scores
 */
export function chosenOptions(examples: readonly TextExample[], scores: readonly number[]): readonly ChosenOption[] {
  requireNumbers(scores, examples.map(() => 0));
  return groupPositions(groupsOf(examples)).map((positions) => {
    const place = positions.reduce((best, position, i) => (scores[position]! > scores[positions[best]!]! ? i : best), 0);
    const options = positions.map((position) => examples[position]!);
    return { options, chosen: options[place]!, place };
  });
}

/** The group of each example; @throws BenchError `bench/no-group` */
export const groupsOf = (examples: readonly TextExample[]): readonly string[] => examples.map(({ group }, i) => {
  if (group !== undefined) return group;
  throw new BenchError("bench/no-group", `bench: examples that are scored together need a group, got none at index ${i}; give each one`);
});
