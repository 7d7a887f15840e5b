import { random } from "@bort/data";
import { spearmanCorrelation } from "@bort/predictors";

/** A rank correlation, and how far it may be from that of all shapes. */
export interface RankInterval {
  /** NaN where all of one side are equal. */
  readonly spearman: number;
  readonly low: number;
  readonly high: number;
  readonly level: number;
  /** Draws of as many pairs, with replacement, that the interval is made of. */
  readonly resamples: number;
}

export interface RankIntervalOptions {
  /** Default 10,000. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly level?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** Spearman's correlation with the percentile interval of the bootstrap; draws in which one side is constant are left out. Throws what `spearmanCorrelation` throws. */
export function rankInterval(first: readonly number[], second: readonly number[], { resamples = 10_000, level = 0.95, seed = 0 }: RankIntervalOptions = {}): RankInterval {
  const rng = random(seed, "bootstrap");
  const drawn = Array.from({ length: resamples }, () => {
    const places = first.map(() => rng.integer(first.length));
    return spearmanCorrelation(places.map((i) => first[i]!), places.map((i) => second[i]!));
  }).filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const at = (share: number): number => drawn[Math.round(share * (drawn.length - 1))] ?? Number.NaN;
  return { spearman: spearmanCorrelation(first, second), low: at((1 - level) / 2), high: at((1 + level) / 2), level, resamples };
}
