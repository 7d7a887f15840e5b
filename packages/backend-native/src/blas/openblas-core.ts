import { readFileSync } from "node:fs";

/** Kinds of processor that OpenBLAS has kernels without AVX2 for, as `openblas_get_corename` names them. */
const coresWithoutAvx2: ReadonlySet<string> = new Set([
  "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Atom", "Core2", "Penryn", "Dunnington", "Nehalem", "Sandybridge",
  "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Bobcat", "Bulldozer", "Piledriver", "Steamroller", "Nano", "Generic",
]);

/**
 * The kind of processor that OpenBLAS should take this one for, where it does not know it and would use kernels of an old one, several times as slow.
 *
 * @param core - what it took the processor for
 * @param features - of the processor, as Linux names them
 * @returns a value for `OPENBLAS_CORETYPE`; `undefined` where its choice is as good
 */
export function betterCore(core: string, features: ReadonlySet<string>): string | undefined {
  if (!coresWithoutAvx2.has(core)) return undefined;
  const has = (...names: readonly string[]): boolean => names.every((name) => features.has(name));
  if (has("avx512f", "avx512bw", "avx512dq", "avx512vl")) return "SkylakeX";
  return has("avx2", "fma") ? "Haswell" : undefined;
}

/** What the processor can do, as Linux tells it; empty where nothing does. */
export function processorFeatures(path: string = "/proc/cpuinfo"): ReadonlySet<string> {
  try {
    return new Set(/^flags\s*:(.*)$/m.exec(readFileSync(path, "utf8"))?.[1]!.trim().split(/\s+/));
  } catch {
    return new Set();
  }
}
