import { DataError } from "../data-error.js";
import { type TextExample } from "./text-task.js";

/** How far from 1 the sum of a distribution may be, which came from a file or from single precision. */
const SUM_TOLERANCE = 1e-3;

/**
 * The probability of each of `labels` in an example's distribution; without one, 1 for its label, if it has one.
 * Throws `data/unknown-label` for a name outside `labels`, `data/bad-distribution` for a negative number, a sum that is not 1 within 0.001, and where there are no
 * labels, as in regression; `index` names the example.
 */
export function labelDistribution({ label, distribution }: TextExample, index: number, labels: readonly string[]): Float32Array {
  if (distribution !== undefined) requireDistribution(distribution, index, labels);
  const known = distribution ?? (label === undefined ? {} : { [label]: 1 });
  const probabilities = new Float32Array(labels.length);
  for (const [name, probability] of Object.entries(known)) probabilities[labels.indexOf(name)] = probability;
  return probabilities;
}

function requireDistribution(distribution: Readonly<Record<string, number>>, index: number, labels: readonly string[]): void {
  if (labels.length === 0) throw new DataError("data/bad-distribution", `data: example ${index} has a distribution over labels, and regression has none; leave it out`);
  const unknown = Object.keys(distribution).find((name) => !labels.includes(name));
  if (unknown !== undefined) {
    throw new DataError("data/unknown-label", `data: example ${index} needs a distribution over the labels ${labels.join(", ")}, got a probability of ${JSON.stringify(unknown)}`);
  }
  const values = Object.values(distribution);
  const sum = values.reduce((total, value) => total + value, 0);
  if (values.every((value) => value >= 0) && Math.abs(sum - 1) <= SUM_TOLERANCE) return;
  const given = Object.entries(distribution).map(([name, value]) => `${name} ${value}`).join(", ");
  throw new DataError("data/bad-distribution", `data: example ${index} needs probabilities from 0 whose sum is 1, got ${given || "none"}; normalize them`);
}
