import { random } from "@bort/data";
import { type ErrorTable, finalScores } from "./error-table.js";

/** What a search might know of the errors of a grid, in the order of the points. */
export interface ErrorSource {
  readonly name: string;
  /** Training steps behind it; 0 for none, Infinity for training in full. */
  readonly steps: number;
  readonly shuffled: boolean;
  /** One list for each seed. */
  readonly errors: readonly (readonly number[])[];
}

export interface ErrorSourcesOptions {
  /** How often the errors of a seed are shuffled. Default 200. */
  readonly shuffles?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * No error at all, which leaves size and latency to decide; the surrogate error after each n; the same numbers dealt out to the points at random, which
 * has their spread and no knowledge; and the error after full training, which leaves no regret but that of the points that a search passes over.
 */
export function errorSources(table: ErrorTable, { shuffles = 200, seed = 0 }: ErrorSourcesOptions = {}): ErrorSource[] {
  const steps = [...new Set(table.surrogates.map((each) => each.steps))];
  const surrogates = steps.map((n): ErrorSource => ({
    name: `n = ${n}`, steps: n, shuffled: false, errors: table.surrogates.filter((each) => each.steps === n).map(({ errors }) => errors),
  }));
  const dealt = (errors: readonly number[], list: number, n: number): number[][] =>
    Array.from({ length: shuffles }, (_, i) => random(seed, "shuffled errors", n, list, i).shuffle([...errors]));
  return [
    { name: "no training", steps: 0, shuffled: false, errors: [table.points.map(() => 1)] },
    ...surrogates,
    ...surrogates.map((source): ErrorSource => ({
      ...source, name: `${source.name}, shuffled`, shuffled: true, errors: source.errors.flatMap((errors, list) => dealt(errors, list, source.steps)),
    })),
    { name: "in full", steps: Infinity, shuffled: false, errors: [finalScores(table).map(({ error }) => error)] },
  ];
}
