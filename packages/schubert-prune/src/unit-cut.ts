import { type EncoderArch } from "@bort/arch";
import { cutModel } from "./cut-model.js";
import { fewestSteps } from "./fewest-steps.js";
import { type RemovableUnits } from "./removable-units.js";
import { type Cut, type TruncationOptions } from "./truncation.js";
import { type KeptUnits, type UnitCounts, archWithout } from "./unit-vectors.js";

/** A cut of units. */
export interface UnitCut extends Cut {
  /** The units that stay, in their order, of each vector that was given values. */
  readonly kept: KeptUnits;
}

/** How many units go of each vector, those that are worth least, and the objective's value then. */
export type Removal = Pick<Cut, "removed" | "value">;

/** The names of the vectors that lose a unit together: of those that each still has, the one that is worth least. */
export type RemovalStep = readonly string[];

/** The first of those steps, as few as meet the target; @throws SchubertError `schubert-prune/unreachable-target` */
export async function removeBySteps(
  { arch, objective, target }: TruncationOptions, removable: readonly RemovableUnits[], order: readonly RemovalStep[],
): Promise<Removal & { readonly steps: number }> {
  const letters = new Set(removable.map(({ vector }) => vector.dimension));
  const found = await fewestSteps({
    objective, target, most: order.length, archAfter: (steps) => archWithout(arch, removedAfter(order, steps)), what: `${[...letters].join(", ")} as far as they go`,
  });
  return { ...found, removed: removedAfter(order, found.steps) };
}

function removedAfter(order: readonly RemovalStep[], steps: number): UnitCounts {
  const removed: Record<string, number> = {};
  for (const step of order.slice(0, steps)) for (const name of step) removed[name] = (removed[name] ?? 0) + 1;
  return removed;
}

/** The cut of a removal. */
export function unitCut(arch: EncoderArch, removable: readonly RemovableUnits[], { removed, value }: Removal): UnitCut {
  const kept = Object.fromEntries(removable.map(({ vector: { name, size }, units }) => {
    const gone = new Set(units.slice(0, removed[name] ?? 0));
    return [name, Array.from({ length: size }, (_, unit) => unit).filter((unit) => !gone.has(unit))];
  }));
  return { arch: archWithout(arch, removed), value, removed, kept, cut: (model) => cutModel(model, kept) };
}
