import { roundedClass, type TextExample } from "@bort/data";
import { AgoraError } from "./agora-error.js";

/** Says whether an example that tau and Socrates made of another one, `source`, may enter D. */
export type Accept = (made: TextExample, source: TextExample) => boolean;

/**
 * Accepts what Socrates is sure of: its label has at least that probability.
 *
 * @throws AgoraError `agora/bad-option` for a share that is none, and for a Socrates that gives no probabilities
 */
export function confident(least: number): Accept {
  requireProbability(least);
  return (made) => confidenceOf(made) >= least;
}

/**
 * Accepts what tau left with its meaning, as far as Socrates can tell: its class is the true class of the source, with at least that probability.
 * Values have no probability, and are compared as rounded numbers.
 *
 * @throws AgoraError as `confident` does
 */
export function labelPreserving({ least = 0 }: { readonly least?: number } = {}): Accept {
  requireProbability(least);
  return (made, source) => roundedClass(made) === roundedClass(source) && (least === 0 || confidenceOf(made) >= least);
}

function confidenceOf({ label, distribution }: TextExample): number {
  if (label !== undefined && distribution !== undefined) return distribution[label] ?? 0;
  throw new AgoraError("agora/bad-option", "agora: a check of confidence needs a Socrates that gives distributions over labels, got an answer without one; leave the confidence out");
}

function requireProbability(least: number): void {
  if (!(least >= 0 && least <= 1)) throw new AgoraError("agora/bad-option", `agora: a confidence must be a probability, got ${least}`);
}
