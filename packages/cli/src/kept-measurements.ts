import { existsSync } from "node:fs";
import { type EncoderArch, archToJson } from "@bort/arch";
import { writeFileAtomically } from "@bort/nn";
import { type PruningObjective, type VectorCosts } from "@bort/schubert-prune";
import { readJsonFile } from "./read-json-file.js";

/** What was measured, by the architecture as JSON. */
interface Measurements {
  readonly values: Record<string, number>;
  readonly costs: Record<string, VectorCosts>;
}

/** The objective, with what it measures kept in a file: later measurements of the same architectures, in whatever process, are those. Throws CliError `cli/bad-json`, NnError `nn/write-failed` */
export function keptMeasurements(objective: PruningObjective, path: string): PruningObjective {
  const kept: Measurements = existsSync(path) ? (readJsonFile(path) as Measurements) : { values: {}, costs: {} };
  async function remembered<T>(known: Record<string, T>, arch: EncoderArch, measure: (arch: EncoderArch) => T | Promise<T>): Promise<T> {
    const sizes = JSON.stringify(archToJson(arch));
    if (known[sizes] === undefined) {
      known[sizes] = await measure(arch);
      writeFileAtomically(path, `${JSON.stringify(kept)}\n`);
    }
    return known[sizes];
  }
  return {
    ...objective,
    measure: (arch) => remembered(kept.values, arch, objective.measure),
    unitCosts: (arch) => remembered(kept.costs, arch, objective.unitCosts),
  };
}
