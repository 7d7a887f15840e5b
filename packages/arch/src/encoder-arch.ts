import { ArchError, shown } from "./arch-error.js";
import { requireSize } from "./require-size.js";

/** The function inside the FFN: `gelu` is the exact one (erf), `geluTanh` its tanh approximation (Bort eq. 11). */
export type Activation = "gelu" | "geluTanh";

/** One post-LayerNorm encoder layer: self-attention, then a two-matrix FFN. */
export interface LayerArch {
  /** Attention heads. */
  readonly heads: number;
  /** Width of a query and of a key, per head. */
  readonly keySize: number;
  /** Width of a value, per head. */
  readonly valueSize: number;
  /** Inner width of the FFN. */
  readonly intermediateSize: number;
}

/** An encoder of the BERT family, layer by layer; sizes are counts of rows or columns. */
export interface EncoderArch {
  /** Rows of the word embedding. */
  readonly vocabSize: number;
  /** Rows of the position embedding, those before `positionOffset` included. */
  readonly positions: number;
  /** Row of the first token's position: 0, but `padTokenId + 1` in RoBERTa. */
  readonly positionOffset: number;
  /** Rows of the token-type embedding; 0 is no such table. */
  readonly tokenTypes: number;
  /** Width of the residual stream. */
  readonly hiddenSize: number;
  /** From the input upward; at least one. */
  readonly layers: readonly LayerArch[];
  readonly activation: Activation;
  /** Added to the variance in every LayerNorm. */
  readonly layerNormEps: number;
  /** Whether a dense layer with tanh reads the first token. */
  readonly pooler: boolean;
  /** Id of the padding token, where one is agreed upon. */
  readonly padTokenId?: number;
}

/** What {@link uniformArch} needs: Bort's <D, A, H, I>, and the tables and conventions around the layers. */
export interface UniformArchOptions {
  /** D: number of layers. */
  readonly depth: number;
  /** A: attention heads in every layer; divides `hidden`. */
  readonly heads: number;
  /** H: width of the residual stream. */
  readonly hidden: number;
  /** I: inner width of every FFN. */
  readonly intermediate: number;
  readonly vocabSize: number;
  readonly positions: number;
  /** Default 0. */
  readonly positionOffset?: number;
  /** Default 0: no table. */
  readonly tokenTypes?: number;
  /** Default `"gelu"`. */
  readonly activation?: Activation;
  /** Default 1e-12, BERT's. */
  readonly layerNormEps?: number;
  /** Default `false`. */
  readonly pooler?: boolean;
  /** Default: none. */
  readonly padTokenId?: number;
}

const mostLayers = 4096;

/**
 * Builds the BERT whose layers are all alike: `heads` heads of `hidden / heads` columns each.
 *
 * Throws `arch/heads-do-not-divide-hidden`, and what {@link validateArch} throws. Source: Bort, section 3.1.
 */
export function uniformArch(options: UniformArchOptions): EncoderArch {
  const depth = requireSize(options.depth, "depth", 1, mostLayers);
  const heads = requireSize(options.heads, "heads");
  const hiddenSize = requireSize(options.hidden, "hidden");
  const intermediateSize = requireSize(options.intermediate, "intermediate");
  if (hiddenSize % heads !== 0) throw headsDoNotDivideHidden(heads, hiddenSize);
  const layer: LayerArch = { heads, keySize: hiddenSize / heads, valueSize: hiddenSize / heads, intermediateSize };
  return validateArch({
    vocabSize: options.vocabSize,
    positions: options.positions,
    positionOffset: options.positionOffset ?? 0,
    tokenTypes: options.tokenTypes ?? 0,
    hiddenSize,
    layers: new Array<LayerArch>(depth).fill(layer),
    activation: options.activation ?? "gelu",
    layerNormEps: options.layerNormEps ?? 1e-12,
    pooler: options.pooler ?? false,
    ...(options.padTokenId === undefined ? {} : { padTokenId: options.padTokenId }),
  });
}

/**
 * Returns `arch` if it is sound, so that code further in may trust it.
 *
 * Throws `arch/bad-size` for a size that is not a whole number in range, `arch/bad-position-offset` where an offset above 0 is not
 * `padTokenId + 1` (the one rule by which RoBERTa's checkpoints number positions) or leaves no position, and `arch/bad-arch` for the rest.
 */
export function validateArch(arch: EncoderArch): EncoderArch {
  requireSize(arch.vocabSize, "vocabSize");
  requireSize(arch.positions, "positions");
  requireSize(arch.tokenTypes, "tokenTypes", 0);
  requireSize(arch.hiddenSize, "hidden");
  if (arch.padTokenId !== undefined) requireSize(arch.padTokenId, "padTokenId", 0, arch.vocabSize - 1);
  validatePositionOffset(arch);
  requireSize(arch.layers.length, "depth", 1, mostLayers);
  arch.layers.forEach((layer, index) => {
    requireSize(layer.heads, `heads of layer ${index}`);
    requireSize(layer.keySize, `keySize of layer ${index}`);
    requireSize(layer.valueSize, `valueSize of layer ${index}`);
    requireSize(layer.intermediateSize, `intermediateSize of layer ${index}`);
  });
  const known = arch.activation === "gelu" || arch.activation === "geluTanh";
  requireThat(known, 'activation must be "gelu" or "geluTanh"', arch.activation);
  requireThat(arch.layerNormEps > 0 && arch.layerNormEps < 1, "layerNormEps must be a number in (0, 1)", arch.layerNormEps);
  requireThat(typeof arch.pooler === "boolean", "pooler must be true or false", arch.pooler);
  return arch;
}

/** The longest sequence, in tokens, for which `arch` has positions. */
export function maxSequence(arch: EncoderArch): number {
  return arch.positions - arch.positionOffset;
}

function validatePositionOffset({ positions, positionOffset, padTokenId }: EncoderArch): void {
  requireSize(positionOffset, "positionOffset", 0);
  if (positionOffset > 0 && padTokenId !== positionOffset - 1) {
    throw new ArchError("arch/bad-position-offset",
      `arch: positionOffset must be 0 or padTokenId + 1, got ${positionOffset} with padTokenId ${shown(padTokenId)}; `
      + `set padTokenId ${positionOffset - 1} or offset 0`);
  }
  if (positionOffset >= positions) {
    throw new ArchError("arch/bad-position-offset",
      `arch: positionOffset must be below positions, got ${positionOffset} of ${positions}; add the longest sequence to it`);
  }
}

function requireThat(holds: boolean, needed: string, got: unknown): void {
  if (!holds) throw new ArchError("arch/bad-arch", `arch: ${needed}, got ${shown(got)}; correct it`);
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
