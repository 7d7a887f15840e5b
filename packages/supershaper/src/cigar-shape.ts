import { evaluatePairwiseSum, type PairwiseSum, type Shape } from "@bort/predictors";
import { earlyMiddleLayers, resampled } from "./paper-layer.js";
import { rangeOfTables } from "./pairwise-range.js";
import { parameterSum } from "./shape-counts.js";
import { type ShapeSpace } from "./shape-space.js";
import { sumTables } from "./sum-tables.js";
import { SuperShaperError } from "./supershaper-error.js";
import { shapeOfPreset } from "./template-shapes.js";

/** The heuristic shape of 61 million parameters, which others are scaled from. Source: SuperShaper, table 4, and its released code. */
export const cigarReference: Shape = shapeOfPreset("supershaper-heuristic");

export interface ScaledShapeOptions {
  /** The shape at factor 1, of as many layers as the space. Default {@link cigarReference}, at another depth where the space has one. */
  readonly reference?: Shape;
  /** The layers, from 0, that are rounded down. Default: those that lie where the paper's layers 2 to 5 do. */
  readonly earlyMiddle?: readonly number[];
}

/**
 * The reference with every width scaled by a factor and rounded to a width of the space: down in the early middle layers, up in the others.
 *
 * @throws SuperShaperError `supershaper/bad-shape` where the reference has another number of layers than the space, `supershaper/bad-option`
 *
 * Source: SuperShaper, section 4.4, steps b and c.
 */
export function scaledShape(space: ShapeSpace, factor: number, options: ScaledShapeOptions = {}): Shape {
  if (!(factor > 0 && factor < Infinity)) throw new SuperShaperError("supershaper/bad-option", `supershaper: a factor must be a finite number above 0, got ${factor}; correct it`);
  const { earlyMiddle = earlyMiddleLayers(space.layers) } = options;
  return referenceFor(space, options).map((width, layer) => {
    const [list, scaled] = [space.widths[layer]!, factor * width];
    const slack = 1e-9 * scaled; // A width that is met is neither rounded up nor down.
    return earlyMiddle.includes(layer)
      ? list.findLast((each) => each <= scaled + slack) ?? list[0]!
      : list.find((each) => each >= scaled - slack) ?? list.at(-1)!;
  });
}

function referenceFor({ layers }: ShapeSpace, { reference = resampled(cigarReference, layers) }: ScaledShapeOptions): Shape {
  if (reference.length === layers) return reference;
  throw new SuperShaperError("supershaper/bad-shape", `supershaper: the reference needs ${layers} widths, one a layer of the space, got ${reference.length}; correct it`);
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
  const { least, most, rounding } = rangeOfTables(sumTables(space, size));
  if (!(target >= least - rounding && target <= most + rounding)) {
    throw new SuperShaperError("supershaper/infeasible", `supershaper: a target must be a size that shapes of the space have, in [${least}, ${most}], got ${target}; correct it`);
  }
  const steps = [...new Set(referenceFor(space, options).flatMap((width, layer) => space.widths[layer]!.map((each) => each / width)))].sort((a, b) => a - b);
  const factors = steps.flatMap((step, i) => [step, (step + (steps[i + 1] ?? step + 1)) / 2]);
  const shapes = factors.map((factor) => {
    const shape = scaledShape(space, factor, options);
    return { shape, factor, size: evaluatePairwiseSum(size, shape) };
  });
  return shapes.reduce((best, each) => (Math.abs(each.size - target) < Math.abs(best.size - target) ? each : best));
}
