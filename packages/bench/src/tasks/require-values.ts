import { BenchError } from "../bench-error.js";

/** Class numbers or values, one for each example. */
export type Values = ArrayLike<number>;

/** @throws BenchError `bench/lengths-differ`, `bench/no-examples`, `bench/bad-label` for a class number that is not whole */
export function requireClasses(predicted: Values, gold: Values): void {
  requirePairs(predicted, gold);
  for (const classes of [gold, predicted]) requireEach(classes, Number.isSafeInteger, "class numbers must be whole");
}

/** @throws BenchError `bench/lengths-differ`, `bench/no-examples`, `bench/bad-label` for what is not a finite number */
export function requireNumbers(predicted: Values, gold: Values): void {
  requirePairs(predicted, gold);
  for (const values of [gold, predicted]) requireEach(values, Number.isFinite, "values must be finite numbers");
}

/** @throws BenchError `bench/no-examples` */
export function requireSome(values: ArrayLike<unknown>): void {
  if (values.length === 0) throw new BenchError("bench/no-examples", "bench: a metric needs at least one example, got none");
}

/** @throws BenchError `bench/lengths-differ`, `bench/no-examples` */
export function requirePairs(predicted: ArrayLike<unknown>, gold: ArrayLike<unknown>): void {
  if (predicted.length !== gold.length) {
    throw new BenchError("bench/lengths-differ", `bench: a metric needs one prediction per example, got ${predicted.length} for ${gold.length}`);
  }
  requireSome(gold);
}

/** @throws BenchError `bench/bad-label` */
export function requireEach(values: Values, fits: (value: unknown) => boolean, needed: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!fits(values[i])) throw new BenchError("bench/bad-label", `bench: ${needed}, got ${values[i]} at index ${i}`);
  }
}
