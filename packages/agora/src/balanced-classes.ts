import { balanced, random, type RandomKey, roundedClass, type TextExample } from "@bort/data";
import { type AgoraOptions } from "./agora-options.js";
import { type HyperparameterSet } from "./hyperparameter-sets.js";

/** D, which began as `train`, as the options have it balanced; after a round and its replay, whose numbers are the keys, or at the start, with 0. */
export function balancedClasses<Theta extends HyperparameterSet, Progress>(
  examples: readonly TextExample[], { train, balance, seed = 0 }: Pick<AgoraOptions<Theta, Progress>, "balance" | "seed" | "train">, ...keys: readonly RandomKey[]
): readonly TextExample[] {
  if (balance === false) return examples;
  const drawn = random(seed, "balance", ...keys).integer(2 ** 32);
  return balance === undefined ? balanced(examples, drawn, classAmong(train)) : balance(examples, drawn);
}

/**
 * The class of an example: its rounded class, and of a value in whose class `train` has nothing the nearest in which it has. A Socrates of values may answer
 * beyond those that it learned, and one example in a class of its own would leave D one of every other class.
 */
function classAmong(train: readonly TextExample[]): (example: TextExample) => string | undefined {
  const known = [...new Set(train.filter(isValued).map((example) => Number(roundedClass(example))))];
  return (example) => {
    const own = roundedClass(example);
    if (!isValued(example) || known.length === 0) return own;
    const distance = (other: number): number => Math.abs(other - Number(own));
    return String(known.reduce((nearest, next) => (distance(next) < distance(nearest) ? next : nearest)));
  };
}

const isValued = ({ label, value }: TextExample): boolean => label === undefined && value !== undefined;
