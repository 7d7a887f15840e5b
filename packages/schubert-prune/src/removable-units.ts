import { type EncoderArch } from "@bort/arch";
import { SchubertError } from "./schubert-error.js";
import { type UnitValues, type UnitVector, tiedHiddenUnits, unitVectors } from "./unit-vectors.js";

/** The units of a vector that may go, in that order. */
export interface RemovableUnits {
  readonly vector: UnitVector;
  /** Their numbers, by ascending worth and, where that is equal, by number. */
  readonly units: readonly number[];
  /** What each of them is worth. */
  readonly worth: readonly number[];
}

/**
 * The units that may go, vector by vector: all that have a value, but for the last one of each vector, which is worth most, and hidden units that are tied.
 *
 * @throws SchubertError `schubert-prune/bad-units` for values of no vector, a number of them that is not its size, or one that is not finite
 */
export function removableUnits(arch: EncoderArch, values: UnitValues): RemovableUnits[] {
  const vectors = unitVectors(arch);
  requireValues(vectors, values);
  return vectors.filter(({ name }) => name in values).map((vector) => {
    const worth = Array.from(values[vector.name]!, Math.abs);
    const tied = vector.dimension === "h" ? tiedHiddenUnits(arch) : 0;
    const ranked = Array.from({ length: vector.size }, (_, unit) => unit).filter((unit) => unit >= tied).sort((a, b) => worth[a]! - worth[b]!); // Equal ones stay in order.
    const units = tied > 0 ? ranked : ranked.slice(0, -1);
    return { vector, units, worth: units.map((unit) => worth[unit]!) };
  });
}

function requireValues(vectors: readonly UnitVector[], values: UnitValues): void {
  const sizes = new Map(vectors.map(({ name, size }) => [name, size]));
  for (const [name, ofUnits] of Object.entries(values)) {
    const problem = !sizes.has(name) ? "for units that are not in this architecture"
      : sizes.get(name) !== ofUnits.length ? `for ${ofUnits.length} units, of which there are ${sizes.get(name)}`
        : ofUnits.every(Number.isFinite) ? undefined : `of which number ${ofUnits.findIndex((value) => !Number.isFinite(value))} is not finite`;
    if (problem !== undefined) {
      throw new SchubertError("schubert-prune/bad-units", `schubert-prune: values must be finite numbers, one for each unit, got "${name}" ${problem}; correct them`);
    }
  }
}
