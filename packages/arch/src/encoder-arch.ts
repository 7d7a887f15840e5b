import { ArchError, shown } from "./arch-error.js";
import { isSize, requireSize } from "./require-size.js";

/** The function inside the FFN: `gelu` is the exact one (erf), `geluTanh` its tanh approximation (Bort eq. 11). */
export type Activation = "gelu" | "geluTanh" | "relu";

/** `noNorm`: a scale and a shift without any statistics, x * gain + bias (MobileBERT, section 3.4). */
export type Normalization = "layerNorm" | "noNorm";

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
  /** Width of the residual stream between the layer's bottlenecks: in every layer of an encoder with bottlenecks, in no other. */
  readonly width?: number;
  /** FFNs one after another, each with its residual and norm (MobileBERT, section 3.3). Default 1. */
  readonly feedForwards?: number;
}

/**
 * Linear maps between the encoder's residual stream, `hiddenSize` wide, and that of a layer, `width` wide.
 *
 * `linear`: one map before and one after each layer, with nothing around them, so that the one after a layer and the one before the
 * next are one matrix when `merged` (SuperShaper, section 3.1).
 *
 * `mobilebert`: each map is followed by a norm, the one after a layer by a residual of the encoder's stream too (MobileBERT, section 3.1).
 * `attentionInput` is what the projections of attention read. `"shared"`: queries and keys read a second map beside the layer's own, values
 * the encoder's stream. `"bottleneck"`: all three read the layer's own.
 */
export type Bottleneck =
  | { readonly kind: "linear"; readonly merged: boolean }
  | { readonly kind: "mobilebert"; readonly attentionInput: "bottleneck" | "shared" };

/**
 * Embedding tables narrower than the residual stream, and what widens them.
 *
 * `projected`: all tables and their LayerNorm are `size` wide, then one linear map (ALBERT, section 3.1; ELECTRA, section 3.3).
 * `wordProjected`: the words alone are `size` wide; a linear map widens `window` neighbouring words at once (3: the token before, itself, the
 * token after), then positions and token types are added (MobileBERT, section 3.1).
 */
export type NarrowEmbedding =
  | { readonly kind: "projected"; readonly size: number }
  | { readonly kind: "wordProjected"; readonly size: number; readonly window: 1 | 3 };

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
  /** Default: tables of `hiddenSize` columns. */
  readonly embedding?: NarrowEmbedding;
  /** Width of the residual stream. */
  readonly hiddenSize: number;
  /** From the input upward; at least one. */
  readonly layers: readonly LayerArch[];
  /** Default: none. */
  readonly bottleneck?: Bottleneck;
  /**
   * `sharing[i]` is the layer whose parameters layer i computes with: i itself, or a lower one that has parameters of its own (ALBERT,
   * section 3.1). Default: every layer has its own.
   */
  readonly sharing?: readonly number[];
  readonly activation: Activation;
  /** Default `"layerNorm"`. */
  readonly normalization?: Normalization;
  /** Added to the variance in every LayerNorm. */
  readonly layerNormEps: number;
  /** Whether a dense layer with tanh reads the first token. */
  readonly pooler: boolean;
  /** Id of the padding token, where one is agreed upon. */
  readonly padTokenId?: number;
}

export const mostLayers = 4096;

/**
 * Returns `arch` if it is sound, so that code further in may trust it.
 *
 * Throws `arch/bad-size` for a size that is not a whole number in range, `arch/bad-position-offset` where an offset above 0 is not
 * `padTokenId + 1` (the one rule by which RoBERTa's checkpoints number positions) or leaves no position, `arch/bad-sharing`,
 * `arch/bad-bottleneck` for widths without bottlenecks or the other way round, and `arch/bad-arch` for the rest.
 */
export function validateArch(arch: EncoderArch): EncoderArch {
  requireSize(arch.vocabSize, "vocabSize");
  requireSize(arch.positions, "positions");
  requireSize(arch.tokenTypes, "tokenTypes", 0);
  requireSize(arch.hiddenSize, "hidden");
  if (arch.padTokenId !== undefined) requireSize(arch.padTokenId, "padTokenId", 0, arch.vocabSize - 1);
  validatePositionOffset(arch);
  requireThat(Array.isArray(arch.layers), "layers must be a list", arch.layers);
  requireSize(arch.layers.length, "depth", 1, mostLayers);
  validateLayers(arch);
  validateEmbedding(arch);
  if (arch.sharing !== undefined) validateSharing(arch.sharing, arch);
  requireOneOf(arch.activation, activations, "activation");
  requireOneOf(arch.normalization ?? "layerNorm", normalizations, "normalization");
  requireThat(arch.layerNormEps > 0 && arch.layerNormEps < 1, "layerNormEps must be a number in (0, 1)", arch.layerNormEps);
  requireThat(typeof arch.pooler === "boolean", "pooler must be true or false", arch.pooler);
  return arch;
}

/** The layer whose parameters layer `index` computes with: itself, but where layers share. */
export function ownerOf({ sharing }: Pick<EncoderArch, "sharing">, index: number): number {
  return sharing?.[index] ?? index;
}

/** The longest sequence, in tokens, for which `arch` has positions. */
export function maxSequence(arch: EncoderArch): number {
  return arch.positions - arch.positionOffset;
}

const activations: readonly string[] = ["gelu", "geluTanh", "relu"] satisfies readonly Activation[];
const normalizations: readonly string[] = ["layerNorm", "noNorm"] satisfies readonly Normalization[];

function validateLayers({ layers, bottleneck }: EncoderArch): void {
  if (bottleneck !== undefined) validateBottleneck(bottleneck);
  let checked: LayerArch | undefined;
  for (let index = 0; index < layers.length; index++) {
    const layer = layers[index]!;
    if (layer === checked) continue; // One object for every layer, as in uniformArch, is checked once.
    checked = layer;
    requireThat(typeof layer === "object" && layer !== null, "each of layers must be an object", layer);
    const { heads, keySize, valueSize, intermediateSize, feedForwards = 1, width = 1 } = layer;
    const sound = isSize(heads) && isSize(keySize) && isSize(valueSize) && isSize(intermediateSize) && isSize(feedForwards) && isSize(width);
    if (!sound) throwBadLayer(layer, index);
    if ((layer.width === undefined) !== (bottleneck === undefined)) {
      throw badBottleneck(`every layer needs a width where there are bottlenecks and none where there are not, got layer ${index + 1} `
        + `${layer.width === undefined ? "without" : "with"} one; ${bottleneck === undefined ? "name the bottleneck or remove the width" : "add it"}`);
    }
  }
}

/** Finds the size that is none. Apart from the loop above, which runs for each of millions of layers, since it puts names together. */
function throwBadLayer({ heads, keySize, valueSize, intermediateSize, feedForwards = 1, width = 1 }: LayerArch, index: number): void {
  const sizes = { heads, keySize, valueSize, intermediateSize, feedForwards, width };
  for (const [name, value] of Object.entries(sizes)) requireSize(value, `${name} of layer ${index + 1}`);
}

function validateBottleneck(bottleneck: Bottleneck): void {
  const sound = bottleneck.kind === "linear" ? typeof bottleneck.merged === "boolean"
    : bottleneck.kind === "mobilebert" && (bottleneck.attentionInput === "bottleneck" || bottleneck.attentionInput === "shared");
  if (!sound) {
    throw badBottleneck(`a bottleneck must be of kind "linear", merged or not, or "mobilebert" with attentionInput "bottleneck" or "shared", `
      + `got kind ${shown(bottleneck.kind)}; use one of these`);
  }
}

function validateEmbedding({ embedding, hiddenSize }: EncoderArch): void {
  if (embedding === undefined) return;
  requireOneOf(embedding.kind, ["projected", "wordProjected"], "embedding kind");
  if (embedding.kind === "projected") {
    requireSize(embedding.size, "embedding size");
  } else {
    requireSize(embedding.size, "embedding size", 1, hiddenSize);
    requireThat(embedding.window === 1 || embedding.window === 3, "an embedding window must be 1 or 3", embedding.window);
  }
}

function validateSharing(sharing: readonly number[], { layers, bottleneck }: EncoderArch): void {
  const merged = bottleneck?.kind === "linear" && bottleneck.merged;
  requireSharing(!merged, "is impossible where bottlenecks are merged, since each merged matrix belongs to two layers; leave one of the two out");
  requireSharing(sharing.length === layers.length, `needs one entry a layer, ${layers.length}, got ${sharing.length}; add or remove some`);
  sharing.forEach((owner, index) => {
    const sound = Number.isInteger(owner) && owner >= 0 && owner <= index && sharing[owner] === owner;
    requireSharing(sound, `must name for layer ${index + 1} its own number from 0, ${index}, or that of a lower layer that has its own parameters, got ${shown(owner)}; correct it`);
    requireSharing(sameLayer(layers[index]!, layers[owner]!), `gives layer ${index + 1} the parameters of layer ${owner + 1}, whose sizes differ; make them equal`);
  });
}

function requireSharing(holds: boolean, problem: string): void {
  if (!holds) throw new ArchError("arch/bad-sharing", `arch: sharing of parameters ${problem}`);
}

/** Whether two layers have the same sizes. */
export function sameLayer(a: LayerArch, b: LayerArch): boolean {
  return a === b || (a.heads === b.heads && a.keySize === b.keySize && a.valueSize === b.valueSize
    && a.intermediateSize === b.intermediateSize && a.width === b.width && (a.feedForwards ?? 1) === (b.feedForwards ?? 1));
}

function badBottleneck(problem: string): ArchError {
  return new ArchError("arch/bad-bottleneck", `arch: ${problem}`);
}

function requireOneOf(value: string, known: readonly string[], what: string): void {
  if (!known.includes(value)) requireThat(false, `${what} must be one of ${known.join(", ")}`, value);
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
