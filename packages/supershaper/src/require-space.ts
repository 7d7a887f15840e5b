import { type EncoderArch } from "@bort/arch";
import { requireShape } from "./require-shape.js";
import { type ShapeSpace } from "./shape-space.js";
import { SuperShaperError } from "./supershaper-error.js";

/**
 * Checks that a backbone has a network for every shape of a space: as many layers, no wider one, and the same heads, of which every width is then a multiple.
 *
 * @throws what `requireShape` throws; SuperShaperError `supershaper/bad-shape` for a space of other heads
 */
export function requireSpace(arch: EncoderArch, { heads, largest, smallest }: Pick<ShapeSpace, "heads" | "largest" | "smallest">): void {
  requireShape(arch, largest);
  requireShape(arch, smallest);
  const { heads: own } = arch.layers[0]!;
  if (heads === own) return;
  throw new SuperShaperError("supershaper/bad-shape", `supershaper: a space must have the ${own} heads of the backbone, whose multiples its widths are, got ${heads}; make it with heads: ${own}`);
}
