import { ArchError } from "./arch-error.js";
import { type ArchFrame, encoderIn } from "./uniform-arch.js";
import { type EncoderArch, type LayerArch } from "./encoder-arch.js";
import { casedFrame } from "./frames.js";
import { requireSize } from "./require-size.js";

/** What the shape of a SuperShaper network leaves open; every default is the paper's. */
export interface SuperShaperOptions {
  /** Width between the layers. Default 768. */
  readonly hidden?: number;
  /** Heads of every layer; divides each width. Default 12. */
  readonly heads?: number;
  /** Default 3072. */
  readonly intermediate?: number;
  /** Whether the bottlenecks between two layers are one matrix, as when a network is deployed. Default `true`. */
  readonly merged?: boolean;
  /** Default: BERT's cased vocabulary of 28,996, 512 positions, two token types, no pooler. */
  readonly frame?: ArchFrame;
}

/**
 * The network of a shape: one inner width a layer, first layer first, between linear bottlenecks.
 *
 * Throws `arch/heads-do-not-divide-hidden` for a width that is no multiple of the heads, and what `validateArch` throws.
 * Source: SuperShaper, section 3.1.
 */
export function superShaperArch(shape: readonly number[], options: SuperShaperOptions = {}): EncoderArch {
  const { hidden = 768, heads = 12, intermediate = 3072, merged = true, frame = superShaperFrame } = options;
  return encoderIn(frame, hidden, shape.map((width) => superShaperLayer(width, heads, intermediate)), { kind: "linear", merged });
}

const superShaperFrame: ArchFrame = { ...casedFrame, pooler: false };

/** One layer of a shape. Throws `arch/bad-size` and `arch/heads-do-not-divide-hidden`. */
export function superShaperLayer(width: number, heads: number, intermediateSize: number): LayerArch {
  requireSize(width, "a width of a shape");
  requireSize(heads, "heads");
  if (width % heads !== 0) {
    throw new ArchError("arch/heads-do-not-divide-hidden",
      `arch: the widths of a shape must be multiples of its ${heads} heads, got ${width}; use ${Math.max(heads, width - (width % heads))} or other heads`);
  }
  return { width, heads, keySize: width / heads, valueSize: width / heads, intermediateSize };
}
