import { type RemovableUnits, removableUnits } from "./removable-units.js";
import { type Removal, type RemovalStep, type UnitCut, removeBySteps, unitCut } from "./unit-cut.js";
import { type TruncationOptions } from "./truncation.js";
import { archWithout } from "./unit-vectors.js";

/**
 * schuBERT's truncation: of all vectors together the smallest prunable parameters go, as few as meet the target. The last unit that went
 * may have cost more than was needed, so units that the target leaves room for are given back, the largest first; not where the objective
 * is measured, because one unit cannot be.
 *
 * Equal ones go from all vectors alike, by the share of its units that a vector has lost then; exact zeros, which proximal gradient makes, would else go from the first vectors alone.
 *
 * @throws SchubertError `schubert-prune/unreachable-target`, `schubert-prune/bad-units`
 *
 * Source: schuBERT, algorithm 1: "set the zeta smallest prunable parameters to zero to achieve eta / T reduction in the target objective value".
 */
export async function truncateSmallest(options: TruncationOptions): Promise<UnitCut> {
  const removable = removableUnits(options.arch, options.values);
  const order = ascending(removable);
  const removal = await removeBySteps(options, removable, order);
  return unitCut(options.arch, removable, options.objective.resolution > 0 ? removal : await givenBack(options, removal, order.slice(0, removal.steps).flat()));
}

/** One unit a step, by worth over all vectors, and of equal ones by the share of its vector that is gone once it goes, but for half of it, so that sizes of two and of ten take turns. */
function ascending(removable: readonly RemovableUnits[]): RemovalStep[] {
  const units = removable.flatMap(({ vector: { name, size }, worth }) => worth.map((each, rank) => ({ name, worth: each, share: (rank + 0.5) / size })));
  return units.sort((a, b) => a.worth - b.worth || a.share - b.share).map(({ name }) => [name]); // What is equal in both stays in order.
}

/** The removal less what is not needed. A vector whose unit is too much is done with: its others cost as much, and the more the larger the network. */
async function givenBack({ arch, objective, target }: TruncationOptions, removal: Removal, gone: readonly string[]): Promise<Removal> {
  const done = new Set<string>();
  let { removed, value } = removal;
  for (const name of gone.toReversed()) {
    if (done.has(name)) continue;
    const fewer = { ...removed, [name]: removed[name]! - 1 };
    const valueThen = await objective.measure(archWithout(arch, fewer));
    if (valueThen > target) done.add(name);
    else [removed, value] = [fewer, valueThen];
  }
  return { removed: Object.fromEntries(Object.entries(removed).filter(([, count]) => count > 0)), value };
}
