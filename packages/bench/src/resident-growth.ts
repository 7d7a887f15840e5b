import { requireCount } from "./require-count.js";
import { spreadOf } from "./spread.js";

/** Resident memory of the process after a warm-up and at the end, each the median of ten samples. */
export interface ResidentGrowth {
  readonly earlyBytes: number;
  readonly lateBytes: number;
  /** `lateBytes / earlyBytes`. */
  readonly ratio: number;
}

export interface ResidentGrowthOptions {
  /** How often to act: at least `warmUp + 10` times. */
  readonly times: number;
  readonly warmUp: number;
  /** Called before each sample, to collect garbage for example. Default: nothing is. */
  readonly beforeSample?: () => void;
}

const SAMPLES = 10;

/** Acts `times` times, and samples memory after the first ten that follow the warm-up and after the last ten; @throws BenchError `bench/bad-option` */
export async function residentGrowth(act: () => Promise<unknown>, options: ResidentGrowthOptions): Promise<ResidentGrowth> {
  const { times, warmUp, beforeSample = () => undefined } = options;
  requireCount("times", times, warmUp + SAMPLES);
  const early: number[] = [];
  const late: number[] = [];
  for (let i = 0; i < times; i++) {
    await act();
    const windows = [...(i >= warmUp && i < warmUp + SAMPLES ? [early] : []), ...(i >= times - SAMPLES ? [late] : [])];
    if (windows.length === 0) continue;
    beforeSample();
    const resident = process.memoryUsage().rss;
    for (const window of windows) window.push(resident);
  }
  const [earlyBytes, lateBytes] = [spreadOf(early).median, spreadOf(late).median];
  return { earlyBytes, lateBytes, ratio: lateBytes / earlyBytes };
}
