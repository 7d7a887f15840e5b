import { type EncoderArch } from "@bort/arch";
import { type Backend } from "@bort/graph";
import { measureEncoders } from "@bort/nn";
import { type ComparedTimes, comparedTimes } from "./compared-times.js";

export interface CompareLatencyOptions {
  readonly sequenceLength: number;
  readonly repeats: number;
  readonly clock: () => number;
}

/** Latencies of the base and of another encoder, one sequence without padding, one call of each in turn. */
export async function compareLatency(
  backend: Backend, archs: readonly [base: EncoderArch, own: EncoderArch], { sequenceLength, ...timing }: CompareLatencyOptions,
): Promise<ComparedTimes> {
  const { encoders: [base, own] } = await measureEncoders(backend, archs, { batchSize: 1, sequenceLength }, timing);
  return comparedTimes(base!, own!);
}
