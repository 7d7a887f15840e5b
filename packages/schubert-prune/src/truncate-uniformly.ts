import { type RemovableUnits, removableUnits } from "./removable-units.js";
import { type RemovalStep, type UnitCut, removeBySteps, unitCut } from "./unit-cut.js";
import { type TruncationOptions } from "./truncation.js";

/**
 * The baseline "BERT-all uniform": every vector shrinks by one factor, the largest that meets the target, its size rounded to the nearest;
 * of each the units go that are worth least. So layers that were alike stay alike, and values say which units go but not how many.
 *
 * @throws SchubertError `schubert-prune/unreachable-target`, `schubert-prune/bad-units`
 *
 * Source: schuBERT, section 6.
 */
export async function truncateUniformly(options: TruncationOptions): Promise<UnitCut> {
  const removable = removableUnits(options.arch, options.values);
  return unitCut(options.arch, removable, await removeBySteps(options, removable, byFactor(removable)));
}

/** With a factor s, size n becomes round(s n): unit number r of those that go is gone once (r + 1/2) / n is above 1 - s no more. Vectors of a size lose it together. */
function byFactor(removable: readonly RemovableUnits[]): RemovalStep[] {
  const steps = new Map<number, string[]>();
  for (const { vector: { name, size }, units } of removable) {
    for (const rank of units.keys()) {
      const share = (2 * rank + 1) / size;
      steps.set(share, [...(steps.get(share) ?? []), name]);
    }
  }
  return [...steps].sort(([a], [b]) => a - b).map(([, names]) => names);
}
