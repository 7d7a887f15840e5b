import { flops, type FlopsOptions, parameterCount, type ParameterCountOptions } from "@bort/arch";
import { type PairwiseSum } from "@bort/predictors";
import { type ShapeSpace } from "./shape-space.js";
import { tabulatedSum } from "./tabulated-sum.js";

/**
 * Parameters of a shape's network, bottlenecks merged unless the space says otherwise: layer by layer, and one matrix between each two of them.
 *
 * @param options how to count; by default exactly and without a head. `{ accounting: "supershaper-paper" }` gives the figures that are printed
 * @throws ArchError what `parameterCount` throws
 */
export function parameterSum(space: ShapeSpace, options: ParameterCountOptions = {}): PairwiseSum {
  return tabulatedSum(space, (shape) => parameterCount(space.arch(shape), options).total);
}

/**
 * Floating-point operations of a shape's network, the same way.
 *
 * @throws ArchError what `flops` throws
 */
export function flopSum(space: ShapeSpace, options: FlopsOptions): PairwiseSum {
  return tabulatedSum(space, (shape) => flops(space.arch(shape), options).total);
}
