import { roundedClass, type TextExample } from "@bort/data";
import { type AgoraOptions } from "./agora-options.js";
import { balancedClasses } from "./balanced-classes.js";
import { balanceCondition, binaryCondition, type Condition, representativeCondition, socratesCondition } from "./conditions.js";
import { type HyperparameterSet } from "./hyperparameter-sets.js";
import { twoSampleTest } from "./two-sample-test.js";

/** What a run has that its conditions are about; `balance` and `seed` as `agora` will be given them. */
export interface CheckConditionsOptions<Theta extends HyperparameterSet, Progress> extends Pick<AgoraOptions<Theta, Progress>, "balance" | "evaluation" | "seed" | "train"> {
  /** Socrates' accuracy on E, 0 to 1. */
  readonly socratesAccuracy: number;
}

/**
 * Looks at everything that Agora's theorem asks for: Socrates above 2/3, two labels, a balanced D and E, and an E that represents D. The classes of values are
 * these rounded.
 */
export function checkConditions<Theta extends HyperparameterSet, Progress>(options: CheckConditionsOptions<Theta, Progress>): Condition[] {
  const { evaluation, socratesAccuracy, seed = 0 } = options;
  const train = balancedClasses(options.train, options, 0);
  const classes = [...new Set([...train, ...evaluation].map(roundedClass))];
  const countsOf = (examples: readonly TextExample[]): number[] => classes.map((each) => examples.filter((example) => roundedClass(example) === each).length);
  return [
    socratesCondition(socratesAccuracy), binaryCondition(classes.length), balanceCondition("D", countsOf(train)), balanceCondition("E", countsOf(evaluation)),
    representativeCondition(twoSampleTest(options.train, evaluation, { seed })),
  ];
}
