import { balanced, random, type RandomKey, roundedClass, type TextExample } from "@bort/data";
import { type AgoraOptions } from "./agora-options.js";
import { type HyperparameterSet } from "./hyperparameter-sets.js";

/** D as the options have it balanced; after a round and its replay, whose numbers are the keys, or at the start, with 0. */
export function balancedClasses<Theta extends HyperparameterSet, Progress>(
  examples: readonly TextExample[], { balance = byClass, seed = 0 }: Pick<AgoraOptions<Theta, Progress>, "balance" | "seed">, ...keys: readonly RandomKey[]
): readonly TextExample[] {
  return balance === false ? examples : balance(examples, random(seed, "balance", ...keys).integer(2 ** 32));
}

const byClass = (examples: readonly TextExample[], seed: number): readonly TextExample[] => balanced(examples, seed, roundedClass);
