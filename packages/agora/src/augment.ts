import { random, type RandomKey, type TextExample } from "@bort/data";
import { type Accept } from "./accept.js";
import { AgoraError } from "./agora-error.js";
import { type Socrates, type Tau } from "./agora-options.js";

export interface AugmentOptions {
  readonly tau: Tau;
  readonly socrates: Socrates;
  /** New examples of each one. Default 1. */
  readonly copies?: number;
  /** Which of them are taken. Default: all. */
  readonly accept?: Accept;
  /** Takes Socrates' probabilities, and not its label alone. Default `false`. */
  readonly softLabels?: boolean;
  readonly seed: number;
  /** What else decides the random draws. Default: nothing. */
  readonly keys?: readonly RandomKey[];
  readonly signal?: AbortSignal;
}

/** New examples, and how many there were before some were refused. */
export interface Augmentation {
  readonly examples: readonly TextExample[];
  readonly transformed: number;
}

/**
 * Makes new examples of others: tau transforms each, Socrates labels what is no longer the same.
 *
 * @throws AgoraError `agora/bad-option` for soft labels of a Socrates that gives none; what tau and Socrates throw
 */
export async function augment(sources: readonly TextExample[], options: AugmentOptions): Promise<Augmentation> {
  const { tau, socrates, copies = 1, accept = () => true, softLabels = false, seed, keys = [], signal = new AbortController().signal } = options;
  const made: { readonly example: TextExample; readonly source: TextExample }[] = [];
  for (let copy = 0; copy < copies && sources.length > 0; copy++) {
    const transformed = await tau.transform(sources, { random: random(seed, "tau", ...keys, copy), signal });
    transformed.forEach((example, i) => {
      if (example !== undefined && !isSame(example, sources[i]!)) made.push({ example, source: sources[i]! });
    });
  }
  if (made.length === 0) return { examples: [], transformed: 0 };
  const labelled = await socrates(made.map(({ example }) => example), { signal });
  const accepted = labelled.filter((example, i) => accept(example, made[i]!.source));
  return { examples: softLabels ? accepted.map(requireSoft) : accepted.map(hardened), transformed: made.length };
}

const isSame = (a: TextExample, b: TextExample): boolean => a.text === b.text && a.pair === b.pair;

/** The example with its label alone. */
function hardened({ distribution, ...example }: TextExample): TextExample {
  return example;
}

function requireSoft(example: TextExample): TextExample {
  if (example.distribution !== undefined) return example;
  throw new AgoraError("agora/bad-option", "agora: soft labels need a Socrates that gives distributions over labels, got an answer without one; ask for hard labels");
}
