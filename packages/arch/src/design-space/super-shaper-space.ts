import { mostLayers } from "../encoder-arch.js";
import { requireSize } from "../require-size.js";
import { superShaperArch, superShaperLayer, type SuperShaperOptions } from "../super-shaper-arch.js";
import { designSpace, type DesignSpace } from "./design-space.js";

/** What SuperShaper's space is about, beside what a network of it is; every default is the paper's. */
export interface SuperShaperSpaceOptions extends SuperShaperOptions {
  /** Default 12. */
  readonly layers?: number;
  /** Widths that each layer may have, multiples of `heads`. Default 120, 240, 360, 480, 540, 600, 768. */
  readonly widths?: readonly number[];
}

/**
 * The shapes of SuperShaper: one width a layer, first layer first; 7^12 = 13,841,287,201 points by default.
 *
 * Throws `arch/bad-size`, `arch/empty-list`, `arch/duplicate`, and `arch/heads-do-not-divide-hidden` for a width that is no multiple of `heads`.
 * Source: SuperShaper, sections 3.1 and 4.1.
 */
export function superShaperSpace(options: SuperShaperSpaceOptions = {}): DesignSpace {
  const { layers = 12, widths = [120, 240, 360, 480, 540, 600, 768], heads = 12, intermediate = 3072 } = options;
  requireSize(layers, "layers", 1, mostLayers);
  const layerOf = new Map(widths.map((width) => [width, superShaperLayer(width, heads, intermediate)]));
  const outer = superShaperArch([heads], options); // A network of one narrow layer, for what lies around the layers.
  return designSpace({
    axes: Array.from({ length: layers }, (_, layer) => ({ name: `layer ${layer + 1} width`, values: widths })),
    arch: (shape) => ({ ...outer, layers: shape.map((width) => layerOf.get(width)!) }),
  });
}
