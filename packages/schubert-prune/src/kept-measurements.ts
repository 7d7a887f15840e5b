import { existsSync, readFileSync } from "node:fs";
import { type EncoderArch, archToJson } from "@bort/arch";
import { isJsonObject } from "@bort/data";
import { writeFileAtomically } from "@bort/nn";
import { type PruningObjective, type VectorCosts } from "./objective.js";
import { SchubertError } from "./schubert-error.js";

/** What was measured, by the architecture as JSON. */
interface Measurements {
  /** What measured it. */
  readonly objective: Pick<PruningObjective, "name" | "settings">;
  readonly values: Record<string, number>;
  readonly costs: Record<string, VectorCosts>;
}

/**
 * The objective, with what it measures kept in a file: later measurements of the same architectures, in whatever process, are those. A run that is gone on with needs them.
 *
 * @throws SchubertError `schubert-prune/bad-measurements` for a file of anything else, or of another objective; what it returns throws what the objective throws, and NnError `nn/write-failed`
 */
export function keptMeasurements(objective: PruningObjective, path: string): PruningObjective {
  const { name, settings } = objective;
  const kept: Measurements = existsSync(path) ? readMeasurements(path, { name, settings }) : { objective: { name, settings }, values: {}, costs: {} };
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

function readMeasurements(path: string, objective: Measurements["objective"]): Measurements {
  const bad = (problem: string, cause?: unknown): SchubertError =>
    new SchubertError("schubert-prune/bad-measurements", `schubert-prune: ${path} must hold measurements as this package keeps them, ${problem}; remove it, and begin the run anew`, { cause });
  let kept: unknown;
  try {
    kept = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw bad("and is not JSON", cause);
  }
  const isOf = (value: unknown, isValue: (each: unknown) => boolean): boolean => isJsonObject(value) && Object.values(value).every(isValue);
  const isNumber = (value: unknown): boolean => typeof value === "number";
  if (!(isJsonObject(kept) && isOf(kept["values"], isNumber) && isOf(kept["costs"], (costs) => isOf(costs, isNumber)))) throw bad("and has no values and costs of architectures");
  const [needed, given] = [objective, kept["objective"]].map((each) => JSON.stringify(each));
  if (given !== needed) throw bad(given === undefined ? "and does not say what measured them" : `by ${needed}, and those are by ${given}`);
  return kept as unknown as Measurements;
}
