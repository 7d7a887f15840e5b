import { evaluatePairwiseSum, type PairwiseSum, type Shape } from "@bort/predictors";
import { pairwiseRange } from "./pairwise-range.js";
import { parameterSum } from "./shape-counts.js";
import { type ShapeSpace } from "./shape-space.js";
import { SuperShaperError } from "./supershaper-error.js";
import { shapeOfPreset } from "./template-shapes.js";

/** The heuristic shape of 61 million parameters, which others are scaled from. Source: SuperShaper, table 4, and its released code. */
export const cigarReference: Shape = shapeOfPreset("supershaper-heuristic");

/** The paper's layers 2 to 5. */
const paperEarlyMiddle: readonly number[] = [1, 2, 3, 4];

export interface ScaledShapeOptions {
  /** The shape at factor 1, of as many layers as the space. Default {@link cigarReference}, for spaces of 12 layers. */
  readonly reference?: Shape;
  /** The layers, from 0, that are rounded down. Default 1 to 4. */
  readonly earlyMiddle?: readonly number[];
}

/**
 * The reference with every width scaled by a factor and rounded to a width of the space: down in the early middle layers, up in the others.
 *
 * @throws SuperShaperError `supershaper/bad-shape` where the reference has another number of layers than the space, `supershaper/bad-option`
 *
 * Source: SuperShaper, section 4.4, steps b and c.
 */
export function scaledShape({ widths, layers }: ShapeSpace, factor: number, { reference = cigarReference, earlyMiddle = paperEarlyMiddle }: ScaledShapeOptions = {}): Shape {
  if (reference.length !== layers) {
    throw new SuperShaperError("supershaper/bad-shape", `supershaper: the reference needs ${layers} widths, one a layer of the space, got ${reference.length}; give a reference`);
  }
  if (!(factor > 0 && factor < Infinity)) throw new SuperShaperError("supershaper/bad-option", `supershaper: a factor must be a finite number above 0, got ${factor}; correct it`);
  return reference.map((width, layer) => {
    const [list, scaled] = [widths[layer]!, factor * width];
    const slack = 1e-9 * scaled; // A width that is met is neither rounded up nor down.
    return earlyMiddle.includes(layer)
      ? list.findLast((each) => each <= scaled + slack) ?? list[0]!
      : list.find((each) => each >= scaled - slack) ?? list.at(-1)!;
  });
}

export interface CigarShapeOptions extends ScaledShapeOptions {
  readonly space: ShapeSpace;
  /** The size that is wanted. */
  readonly target: number;
  /** What it is a size in. Default: `parameterSum(space)`. */
  readonly size?: PairwiseSum;
}

/** A shape by the heuristics, the factor that it is scaled by and the size that came out. */
export interface CigarShape {
  readonly shape: Shape;
  readonly factor: number;
  readonly size: number;
}

/**
 * Of the reference's scaled shapes the one whose size is nearest to a target; of two as near the smaller.
 *
 * Scaling by target / size of the reference misses the target, because rounding moves sizes: so all factors are tried at which a width changes, and between.
 *
 * @throws SuperShaperError `supershaper/infeasible` for a target beyond the sizes of the space; what `scaledShape` throws
 */
export function cigarShape({ space, target, size = parameterSum(space), ...options }: CigarShapeOptions): CigarShape {
  const { least, most } = pairwiseRange(space, size);
  if (!(target >= least && target <= most)) {
    throw new SuperShaperError("supershaper/infeasible", `supershaper: a target must be a size that shapes of the space have, in [${least}, ${most}], got ${target}; correct it`);
  }
  const { reference = cigarReference } = options;
  const steps = [...new Set(reference.flatMap((width, layer) => space.widths[layer]?.map((each) => each / width) ?? []))].sort((a, b) => a - b);
  const factors = steps.flatMap((step, i) => [step, (step + (steps[i + 1] ?? step + 1)) / 2]);
  const shapes = factors.map((factor) => {
    const shape = scaledShape(space, factor, options);
    return { shape, factor, size: evaluatePairwiseSum(size, shape) };
  });
  return shapes.reduce((best, each) => (Math.abs(each.size - target) < Math.abs(best.size - target) ? each : best));
}

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
 * Reads a shape of 12 layers by the paper's heuristics: large last, moderately large first, low in layers 2 to 5, moderate in 6 to 11.
 *
 * @throws SuperShaperError `supershaper/bad-shape` for another number of layers
 *
 * Source: SuperShaper, section 4.4.
 */
export function cigarProfile(shape: Shape): CigarProfile {
  if (shape.length !== 12) throw new SuperShaperError("supershaper/bad-shape", `supershaper: the heuristics are about 12 layers, got ${shape.length}; give such a shape`);
  const mean = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width / widths.length, 0);
  const [first, earlyMiddle, laterMiddle, last] = [shape[0]!, mean(shape.slice(1, 5)), mean(shape.slice(5, 11)), shape[11]!];
  return { first, earlyMiddle, laterMiddle, last, isCigar: earlyMiddle < Math.min(first, laterMiddle) && last === Math.max(...shape) };
}
