import { type EncoderArch } from "@bort/arch";
import { ShapeSpace } from "@bort/supershaper";
import { usageError } from "./cli-error.js";

/** Widths of a layer: one list for all layers, or one for each. */
export type Widths = readonly number[] | readonly (readonly number[])[];

/**
 * All shapes of a backbone, each with its network: what the extraction of that shape gives.
 *
 * @throws CliError `cli/usage` for a width above the hidden size, or lists for another number of layers; what `ShapeSpace` throws
 */
export function spaceOf(arch: EncoderArch, widths: Widths): ShapeSpace {
  const { hiddenSize, layers } = arch;
  const { heads, intermediateSize } = layers[0]!;
  const wide = widths.flat().find((width) => width > hiddenSize);
  if (wide !== undefined) throw usageError(`--widths must be at most ${hiddenSize}, the hidden size, got ${wide}`);
  if (typeof widths[0] === "object" && widths.length !== layers.length) throw usageError(`--widths must be one list for all layers or one for each of ${layers.length}, got ${widths.length} lists`);
  return new ShapeSpace({ layers: layers.length, widths, heads, hidden: hiddenSize, intermediate: intermediateSize, frame: arch });
}

/** SuperShaper's widths in proportion to another hidden size, as multiples of the heads, ascending and none twice. */
export function proportionalWidths({ hiddenSize, layers }: Pick<EncoderArch, "hiddenSize" | "layers">): readonly number[] {
  const { heads } = layers[0]!;
  const { widths: [published], largest: [most] } = new ShapeSpace();
  return [...new Set(published!.map((width) => heads * Math.max(1, Math.round((width * hiddenSize) / (most! * heads)))))];
}
