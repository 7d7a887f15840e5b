import { type EncoderModel } from "@bort/nn";
import { type BottleneckDiagonal, bottleneckDiagonal } from "./bottleneck-diagonal.js";
import { requireSpace } from "./require-space.js";
import { type ShapeSpace } from "./shape-space.js";

/** The diagonals of a layer's two bottlenecks. */
export interface LayerDiagonals {
  readonly input: BottleneckDiagonal;
  readonly output: BottleneckDiagonal;
}

/**
 * The diagonals of all bottlenecks of a super-network, layer by layer, in bands between the widths that its space gives the layer.
 *
 * @throws SuperShaperError `supershaper/bad-backbone` for a model that is no backbone, `supershaper/bad-shape` for a space that is not of this backbone
 */
export function layerDiagonals({ arch, parameters }: EncoderModel, space: ShapeSpace): LayerDiagonals[] {
  requireSpace(arch, space);
  return space.widths.map((widths, layer) => {
    const diagonal = (side: "input" | "output"): BottleneckDiagonal =>
      bottleneckDiagonal(parameters.view(`layers.${layer}.bottleneck.${side}.weight`), arch.hiddenSize, widths);
    return { input: diagonal("input"), output: diagonal("output") };
  });
}
