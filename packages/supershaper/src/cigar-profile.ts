import { type Shape } from "@bort/predictors";
import { earlyMiddleLayers, laterMiddleLayers } from "./paper-layer.js";
import { SuperShaperError } from "./supershaper-error.js";

/** Widths of the parts of a shape that the heuristics speak of. */
export interface CigarProfile {
  readonly first: number;
  /** Mean. */
  readonly earlyMiddle: number;
  /** Mean. */
  readonly laterMiddle: number;
  readonly last: number;
  /** Whether the early middle is the narrowest part and the last layer at least as wide as any other. */
  readonly isCigar: boolean;
}

/**
 * Reads a shape by the paper's heuristics: large last, moderately large first, low in layers 2 to 5 of 12, moderate in 6 to 11.
 *
 * @throws SuperShaperError `supershaper/bad-shape` for fewer than four layers
 *
 * Source: SuperShaper, section 4.4.
 */
export function cigarProfile(shape: Shape): CigarProfile {
  if (shape.length < 4) throw new SuperShaperError("supershaper/bad-shape", `supershaper: the heuristics are about at least 4 layers, got ${shape.length}; give such a shape`);
  const mean = (layers: readonly number[]): number => layers.reduce((sum, layer) => sum + shape[layer]! / layers.length, 0);
  const [first, last] = [shape[0]!, shape.at(-1)!];
  const [earlyMiddle, laterMiddle] = [mean(earlyMiddleLayers(shape.length)), mean(laterMiddleLayers(shape.length))];
  return { first, earlyMiddle, laterMiddle, last, isCigar: earlyMiddle < Math.min(first, laterMiddle) && last === Math.max(...shape) };
}
