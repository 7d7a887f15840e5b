import { ArchError } from "./arch-error.js";
import { type Activation, type Bottleneck, type EncoderArch, type LayerArch, mostLayers, type NarrowEmbedding, type Normalization, validateArch } from "./encoder-arch.js";
import { type LegalSize, type MultipleOf } from "./legal-size.js";
import { requireSize } from "./require-size.js";

/** What <D, A, H, I> leaves open: the tables and conventions around the layers, common to every candidate of a search. */
export interface ArchFrame {
  readonly vocabSize: number;
  readonly positions: number;
  /** Default 0. */
  readonly positionOffset?: number;
  /** Default 0: no table. */
  readonly tokenTypes?: number;
  /** Default: tables as wide as the residual stream. */
  readonly embedding?: NarrowEmbedding;
  /** Default `"gelu"`. */
  readonly activation?: Activation;
  /** Default `"layerNorm"`. */
  readonly normalization?: Normalization;
  /** Default 1e-12, BERT's. */
  readonly layerNormEps?: number;
  /** Default `false`. */
  readonly pooler?: boolean;
  /** Default: none. */
  readonly padTokenId?: number;
}

/** What {@link uniformArch} needs: Bort's <D, A, H, I> inside a frame. */
export interface UniformArchOptions extends ArchFrame {
  /** D: number of layers. */
  readonly depth: number;
  /** A: attention heads in every layer; divides `hidden`. */
  readonly heads: number;
  /** H: width of the residual stream. */
  readonly hidden: number;
  /** I: inner width of every FFN. */
  readonly intermediate: number;
}

/** {@link UniformArchOptions} whose literals are legal: sizes above 0, `hidden` a multiple of `heads`. */
type Legal<D extends number, A extends number, H extends number, I extends number> = ArchFrame & {
  readonly depth: LegalSize<D>;
  readonly heads: LegalSize<A>;
  readonly hidden: MultipleOf<A, H>;
  readonly intermediate: LegalSize<I>;
};

/**
 * Builds the BERT whose layers are all alike: `heads` heads of `hidden / heads` columns each.
 *
 * Sizes written as literals are checked by the compiler: `hidden: 100, heads: 3` does not compile. Otherwise throws
 * `arch/heads-do-not-divide-hidden`, and what {@link validateArch} throws. Source: Bort, section 3.1.
 */
export function uniformArch<D extends number, A extends number, H extends number, I extends number>(options: Legal<D, A, H, I>): EncoderArch;
export function uniformArch(options: UniformArchOptions): EncoderArch {
  const depth = requireSize(options.depth, "depth", 1, mostLayers);
  const heads = requireSize(options.heads, "heads");
  const hiddenSize = requireSize(options.hidden, "hidden");
  const intermediateSize = requireSize(options.intermediate, "intermediate");
  if (hiddenSize % heads !== 0) throw headsDoNotDivideHidden(heads, hiddenSize);
  const layer: LayerArch = { heads, keySize: hiddenSize / heads, valueSize: hiddenSize / heads, intermediateSize };
  return encoderIn(options, hiddenSize, new Array<LayerArch>(depth).fill(layer));
}

/** The encoder of those layers inside a frame, whose defaults are filled in. Throws what {@link validateArch} throws. */
export function encoderIn(frame: ArchFrame, hiddenSize: number, layers: readonly LayerArch[], bottleneck?: Bottleneck): EncoderArch {
  const { vocabSize, positions, positionOffset = 0, tokenTypes = 0, activation = "gelu", layerNormEps = 1e-12, pooler = false } = frame;
  const { embedding, normalization, padTokenId } = frame;
  const encoder = { vocabSize, positions, positionOffset, tokenTypes, hiddenSize, layers, activation, layerNormEps, pooler };
  return validateArch(Object.assign(encoder, embedding !== undefined && { embedding }, bottleneck !== undefined && { bottleneck },
    normalization !== undefined && { normalization }, padTokenId !== undefined && { padTokenId }));
}

function headsDoNotDivideHidden(heads: number, hidden: number): ArchError {
  const below = hidden - (hidden % heads);
  const widths = below === 0 ? `${heads}` : `${below} or ${below + heads}`;
  return new ArchError("arch/heads-do-not-divide-hidden",
    `arch: hidden ${hidden} is not divisible by ${heads} heads; use ${nearestDivisors(hidden, heads).join(", ")} heads or hidden ${widths}`);
}

/** The three divisors of `whole` closest to `wanted`, ascending; of two equally close ones the larger counts as closer. */
function nearestDivisors(whole: number, wanted: number): number[] {
  const divisors = new Set<number>();
  for (let d = 1; d * d <= whole; d++) if (whole % d === 0) divisors.add(d).add(whole / d);
  const byDistance = [...divisors].sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted) || b - a);
  return byDistance.slice(0, 3).sort((a, b) => a - b);
}
