import { type EncoderArch } from "@bort/arch";
import { type Backend } from "@bort/graph";
import { measureEncoders } from "@bort/nn";
import { spreadOf } from "../spread.js";

/** An encoder's latency beside the base's: one sequence without padding. */
export interface ComparedLatency {
  readonly baseMs: number;
  readonly ownMs: number;
  /** The median over rounds of own / base. */
  readonly ratio: number;
}

export interface CompareLatencyOptions {
  readonly sequenceLength: number;
  readonly repeats: number;
  readonly clock: () => number;
}

/** Latencies of the base and of another encoder, one call of each in turn. */
export async function compareLatency(
  backend: Backend, archs: readonly [base: EncoderArch, own: EncoderArch], { sequenceLength, ...timing }: CompareLatencyOptions,
): Promise<ComparedLatency> {
  const { encoders: [base, own] } = await measureEncoders(backend, archs, { batchSize: 1, sequenceLength }, timing);
  const { median: ratio } = spreadOf(own!.samplesMs.map((ms, round) => ms / base!.samplesMs[round]!));
  return { baseMs: base!.medianMs, ownMs: own!.medianMs, ratio };
}
