import { meanInterval, type MeanInterval } from "./mean-interval.js";

/** A mean over the seeds, with Student's 95% interval where there are two or more. */
export interface SeedMean extends Pick<MeanInterval, "mean"> {
  readonly interval: Pick<MeanInterval, "high" | "low"> | null;
}

/** The mean of at least one number; throws `bench/bad-option`. */
export function seedMean(values: readonly number[]): SeedMean {
  if (values.length === 1) return { mean: values[0]!, interval: null };
  const { mean, low, high } = meanInterval(values);
  return { mean, interval: { low, high } };
}

/** As it is read in a table: `0.512 (0.498, 0.526)`. */
export const seedMeanText = ({ mean, interval }: SeedMean, format: (value: number) => string): string =>
  `${format(mean)}${interval === null ? "" : ` (${format(interval.low)}, ${format(interval.high)})`}`;
