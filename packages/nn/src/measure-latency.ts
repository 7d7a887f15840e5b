import { NnError } from "./nn-error.js";

/** The times of one candidate, in milliseconds. */
export interface Latency {
  readonly medianMs: number;
  /** Mean of the repeats that are not outliers. */
  readonly meanMs: number;
  /** Lower end of the median's interval. */
  readonly lowMs: number;
  /** Upper end of the median's interval. */
  readonly highMs: number;
  /** The exact coverage of the interval: the least possible from 0.95 on, or less where fewer than 6 repeats cannot give that much. */
  readonly confidence: number;
  /** Width of the interval as a share of the median. */
  readonly relativeWidth: number;
  readonly repeats: number;
  /** Outliers, left out of the mean. */
  readonly discarded: number;
  /** Every repeat, in the order measured. */
  readonly samplesMs: readonly number[];
}

export interface LatencyOptions {
  /** Rounds that are run but not timed. Default 3. */
  readonly warmUp?: number;
  /** Timed rounds. Default 15. */
  readonly repeats?: number;
  /**
   * `repeats` more rounds follow until the interval of each candidate, with 95% confidence or more, is no wider than this share of its median, or until
   * `mostRepeats`. Intervals are looked at no more often, because stopping at the first narrow one would take chance for precision. Default: no more rounds.
   */
  readonly targetWidth?: number;
  /** Timed rounds at most, where there is a target; at least `repeats`. Default 10 times `repeats`. */
  readonly mostRepeats?: number;
  /** Ends the measurement before the next call, by throwing the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds since any fixed moment. Default `performance.now`. */
  readonly clock?: () => number;
}

/** How many standard deviations, as estimated from the median absolute deviation, above the median an outlier begins. */
const outlierDeviations = 5;

/** That the interval of the median covers it, where enough repeats were made. */
const leastConfidence = 0.95;

/** The median absolute deviation of a normal distribution, times this, is its standard deviation. */
const deviationsPerMad = 1.4826;

/**
 * Times the candidates in turn, one call each per round (A B C A B C), so that a drift of the machine's speed hits all alike.
 *
 * Times are one-sided: interruptions only add to them. So a repeat above median + 5 x 1.4826 x MAD is an outlier, which the mean leaves out and
 * `discarded` counts; with a MAD of 0 there are none. The median and its interval resist outliers by themselves and are of all repeats. The interval
 * is that of order statistics, which assumes no distribution: it runs from the k-th smallest to the k-th largest repeat.
 *
 * @throws NnError `nn/bad-option`; the reason of `signal`; whatever a candidate throws
 */
export async function measureLatency<Name extends string>(
  candidates: Readonly<Record<Name, () => Promise<void>>>, options: LatencyOptions = {},
): Promise<Record<Name, Latency>> {
  const { signal, clock = () => performance.now() } = options;
  const warmUp = requireCount(options.warmUp ?? 3, "warmUp", 0);
  const repeats = requireCount(options.repeats ?? 15, "repeats", 1);
  const targetWidth = requireWidth(options.targetWidth ?? Infinity);
  const mostRepeats = requireCount(options.mostRepeats ?? 10 * repeats, "mostRepeats", repeats);
  const runs = (Object.entries(candidates) as [Name, () => Promise<void>][]).map(([name, call]) => ({ name, call, samplesMs: [] as number[] }));
  if (runs.length === 0) throw new NnError("nn/bad-option", "nn: a latency measurement needs at least one candidate, got none");
  const run = async (rounds: number, timed: boolean): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      for (const { call, samplesMs } of runs) {
        signal?.throwIfAborted();
        const start = clock();
        await call();
        const elapsed = clock() - start;
        if (timed) samplesMs.push(elapsed);
      }
    }
  };
  await run(warmUp, false);
  let made = 0;
  do {
    const rounds = Math.min(repeats, mostRepeats - made);
    await run(rounds, true);
    made += rounds;
  } while (made < mostRepeats && runs.some(({ samplesMs }) => isTooWide(samplesMs, targetWidth)));
  return Object.fromEntries(runs.map(({ name, samplesMs }) => [name, summarize(samplesMs)])) as Record<Name, Latency>;
}

function isTooWide(samplesMs: readonly number[], targetWidth: number): boolean {
  if (targetWidth === Infinity) return false;
  const { relativeWidth, confidence } = summarize(samplesMs);
  return confidence < leastConfidence || relativeWidth > targetWidth;
}

function requireWidth(width: number): number {
  if (width > 0) return width;
  throw new NnError("nn/bad-option", `nn: the target width of an interval must be a share of the median above 0, got ${width}; 0.02 is 2%`);
}

function requireCount(value: number, name: string, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new NnError("nn/bad-option", `nn: ${name} must be a whole number from ${least} on, got ${value}`);
}

function summarize(samplesMs: readonly number[]): Latency {
  const sorted = samplesMs.toSorted((a, b) => a - b);
  const medianMs = medianOf(sorted);
  const mad = medianOf(sorted.map((sample) => Math.abs(sample - medianMs)).sort((a, b) => a - b));
  const limit = mad > 0 ? medianMs + outlierDeviations * deviationsPerMad * mad : Infinity;
  const kept = sorted.filter((sample) => sample <= limit);
  const { rank, confidence } = medianInterval(sorted.length);
  const [lowMs, highMs] = [sorted[rank - 1]!, sorted[sorted.length - rank]!];
  return {
    medianMs,
    meanMs: kept.reduce((sum, sample) => sum + sample, 0) / kept.length,
    lowMs,
    highMs,
    confidence,
    relativeWidth: highMs === lowMs ? 0 : (highMs - lowMs) / medianMs,
    repeats: samplesMs.length,
    discarded: sorted.length - kept.length,
    samplesMs,
  };
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The largest rank k for which [k-th smallest, k-th largest] of `count` samples covers the median with probability 0.95 or more, at least 1.
 *
 * The coverage is 1 - 2 P(B < k) with B ~ Binomial(count, 1/2): the interval misses where fewer than k samples lie on one side of the median.
 */
export function medianInterval(count: number): { readonly rank: number; readonly confidence: number } {
  let logTerm = -count * Math.LN2; // log P(B = rank - 1), since 2^-count itself underflows
  let tail = Math.exp(logTerm); // P(B < rank)
  let rank = 1;
  for (;;) {
    logTerm += Math.log((count - rank + 1) / rank);
    if (tail + Math.exp(logTerm) > (1 - leastConfidence) / 2) break;
    tail += Math.exp(logTerm);
    rank++;
  }
  return { rank, confidence: Math.max(0, 1 - 2 * tail) };
}
