import { type EncoderArch, archToJson } from "@bort/arch";
import { type Backend } from "@bort/graph";
import { type LatencyOptions, encoderLatencies } from "@bort/nn";
import { type PruningObjective, type VectorCosts, flopsObjective } from "./objective.js";
import { SchubertError } from "./schubert-error.js";
import { type Dimension, type UnitCounts, archWithout, dimensions, tiedHiddenUnits, unitVectors } from "./unit-vectors.js";

export interface LatencyObjectiveOptions extends LatencyOptions {
  /** Tokens of each sequence, none of them padding. */
  readonly sequenceLength: number;
  /** Default 1. */
  readonly batchSize?: number;
  /** Latencies that differ by a smaller share are not told apart: a number between 0 and 1. Default 0.01. */
  readonly resolution?: number;
}

/**
 * The latency of the encoder, without a head, on a backend: the median in milliseconds. An architecture is measured once and remembered.
 *
 * One unit is below the noise. So what a unit costs is measured on a network in which its dimension is halved in all layers, side by side
 * with the whole one, and shared among the layers' units as their FLOPs are. A difference below the resolution counts as the resolution.
 *
 * @throws SchubertError `schubert-prune/bad-option`
 */
export function latencyObjective(backend: Backend & { readonly threads?: number }, options: LatencyObjectiveOptions): PruningObjective {
  const { sequenceLength, batchSize = 1, resolution = 0.01, ...timing } = options;
  if (!(resolution > 0 && resolution < 1)) {
    throw new SchubertError("schubert-prune/bad-option", `schubert-prune: a resolution must be a number between 0 and 1, got ${resolution}; 0.01 is 1%`);
  }
  const latencies = (archs: readonly EncoderArch[]): Promise<number[]> => encoderLatencies(backend, archs, { batchSize, sequenceLength }, timing);
  const work = flopsObjective({ sequence: sequenceLength, batch: batchSize, pooler: false });
  const known = new Map<string, number>();
  return {
    name: "latencyMs", settings: { backend: backend.name, threads: backend.threads ?? null, sequenceLength, batchSize, resolution }, unit: "ms", resolution,
    measure: async (arch) => {
      const sizes = JSON.stringify(archToJson(arch));
      const latencyMs = known.get(sizes) ?? (await latencies([arch]))[0]!;
      known.set(sizes, latencyMs);
      return latencyMs;
    },
    unitCosts: async (arch) => {
      const changes = dimensions.map((dimension) => halved(arch, dimension));
      const [wholeMs, ...changedMs] = await latencies([arch, ...changes.map((removed) => archWithout(arch, removed))]);
      const flopsPerUnit = await work.unitCosts(arch);
      return Object.fromEntries(changes.flatMap((removed, i) => costsAmong(removed, wholeMs! - changedMs[i]!, { leastMs: resolution * wholeMs!, flopsPerUnit })));
    },
  };
}

/** How many units of a dimension go where it is halved; where it is of one unit everywhere, it is doubled, and less than none go. */
function halved(arch: EncoderArch, dimension: Dimension): UnitCounts {
  const vectors = unitVectors(arch, [dimension]);
  const least = dimension === "h" ? tiedHiddenUnits(arch) : 1;
  const removed = vectors.map(({ name, size }) => [name, size - Math.max(least, Math.ceil(size / 2))] as const);
  return Object.fromEntries(removed.some(([, count]) => count > 0) ? removed : vectors.map(({ name, size }) => [name, -size]));
}

/** What one unit of each vector saves of what all of them save together; both are below 0 where units were added. */
function costsAmong(removed: UnitCounts, savedMs: number, { leastMs, flopsPerUnit }: { readonly leastMs: number; readonly flopsPerUnit: VectorCosts }): [string, number][] {
  const flopsSaved = Object.entries(removed).reduce((sum, [name, count]) => sum + count * flopsPerUnit[name]!, 0);
  const msPerFlop = Math.max(leastMs, Math.sign(flopsSaved) * savedMs) / Math.abs(flopsSaved);
  return Object.keys(removed).map((name) => [name, flopsPerUnit[name]! * msPerFlop]);
}
