import { ArchError } from "./arch-error.js";
import { requireSize } from "./require-size.js";
import { type ArchFrame, encoderIn } from "./uniform-arch.js";
import { type EncoderArch, type LayerArch, mostLayers } from "./encoder-arch.js";
import { bertFrame } from "./frames.js";

/** schuBERT's design dimensions: one size for all layers, or a list of one a layer, of which at least one is given. */
export interface SchubertDimensions {
  /** Number of layers. Default: the length of the lists, or 12. */
  readonly layers?: number;
  /** h. Default 768. */
  readonly hidden?: number;
  /** a: attention heads. Default 12. */
  readonly heads?: number | readonly number[];
  /** k: width of a query and of a key, per head. Default 64. */
  readonly keySize?: number | readonly number[];
  /** v: width of a value, per head. Default 64. */
  readonly valueSize?: number | readonly number[];
  /** f: inner width of the FFN. Default 3072. */
  readonly intermediateSize?: number | readonly number[];
  /** Default: BERT's uncased vocabulary of 30,522, 512 positions, two token types, a pooler. */
  readonly frame?: ArchFrame;
}

/**
 * The network of schuBERT's dimensions, layer by layer; every default is BERT-base's.
 *
 * Throws `arch/bad-arch` where a list is not as long as there are layers, and what `validateArch` throws. Source: schuBERT, Table 3.
 */
export function schubertArch(dimensions: SchubertDimensions = {}): EncoderArch {
  const { hidden = 768, heads = 12, keySize = 64, valueSize = 64, intermediateSize = 3072, frame = bertFrame } = dimensions;
  const sizes = { heads, keySize, valueSize, intermediateSize };
  const lists = Object.values(sizes).filter((size) => typeof size === "object");
  const depth = dimensions.layers ?? lists[0]?.length ?? 12;
  requireSize(depth, "layers", 1, mostLayers);
  for (const [name, size] of Object.entries(sizes)) {
    if (typeof size === "object" && size.length !== depth) {
      throw new ArchError("arch/bad-arch", `arch: ${name} needs one size for each of the ${depth} layers, got ${size.length}; add or remove some`);
    }
  }
  const at = (size: number | readonly number[], layer: number): number => (typeof size === "number" ? size : size[layer]!);
  const layers = Array.from({ length: depth }, (_, i): LayerArch => (
    { heads: at(heads, i), keySize: at(keySize, i), valueSize: at(valueSize, i), intermediateSize: at(intermediateSize, i) }
  ));
  return encoderIn(frame, hidden, layers);
}
