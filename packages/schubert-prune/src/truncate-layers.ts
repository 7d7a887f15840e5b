import { type EncoderArch, ownerOf } from "@bort/arch";
import { archOfLayers, cutLayers } from "./cut-layers.js";
import { fewestSteps } from "./fewest-steps.js";
import { type Cut, type Truncation } from "./truncation.js";
import { type UnitCounts, unitVectors } from "./unit-vectors.js";

/** Which layers stay, if that many of all do: numbers from 0, ascending. */
export type LayerChoice = (stay: number, layers: number) => number[];

/** The first ones. */
export const firstLayers: LayerChoice = (stay) => Array.from({ length: stay }, (_, i) => i);

/** The first, the last, and those evenly spread between: of 12 layers 0, 2, 4, 7, 9, 11, as in DistilBERT's released code; of one, the first. */
export const spreadLayers: LayerChoice = (stay, layers) => Array.from({ length: stay }, (_, i) => (i === 0 ? 0 : Math.round((i * (layers - 1)) / (stay - 1))));

/**
 * The baseline "BERT-l": fewer layers, as few as possible fewer. Values play no part, and units of the layers that stay all stay.
 *
 * @param choice - default {@link firstLayers}
 *
 * Source: schuBERT, section 6.
 */
export function truncateLayers(choice: LayerChoice = firstLayers): Truncation {
  return async ({ arch, objective, target }): Promise<Cut> => {
    const all = arch.layers.length;
    const kept = (fewer: number): number[] => choice(all - fewer, all);
    const { steps, value } = await fewestSteps({ objective, target, most: all - 1, archAfter: (fewer) => archOfLayers(arch, kept(fewer)), what: "layers down to one" });
    const keep = kept(steps);
    return { arch: archOfLayers(arch, keep), value, removed: unitsWithout(arch, keep), cut: (model) => cutLayers(model, keep) };
  };
}

/** The units of parameters that no layer has any more. */
function unitsWithout(arch: EncoderArch, keep: readonly number[]): UnitCounts {
  const stay = new Set(keep.map((layer) => ownerOf(arch, layer)));
  return Object.fromEntries(unitVectors(arch).filter(({ layer }) => layer !== undefined && !stay.has(layer)).map(({ name, size }) => [name, size]));
}
