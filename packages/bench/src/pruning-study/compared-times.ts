import { type Latency } from "@bort/nn";
import { spreadOf } from "../spread.js";

/** What takes how long beside the base's, measured in turn. */
export interface ComparedTimes {
  /** Median, as is `ownMs`. */
  readonly baseMs: number;
  readonly ownMs: number;
  /** The median over rounds of own / base. */
  readonly ratio: number;
}

export function comparedTimes(base: Latency, own: Latency): ComparedTimes {
  const { median: ratio } = spreadOf(own.samplesMs.map((ms, round) => ms / base.samplesMs[round]!));
  return { baseMs: base.medianMs, ownMs: own.medianMs, ratio };
}
