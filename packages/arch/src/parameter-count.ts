import { type EncoderArch, type LayerArch, validateArch } from "./encoder-arch.js";
import { type Heads, validateHeads } from "./heads.js";
import { requireExact } from "./require-size.js";

export interface ParameterCountOptions {
  /** Default: none. */
  readonly heads?: Heads;
}

/** Trainable scalars; a tied matrix counts once, in `embedding`. */
export interface ParameterCount {
  /** The sum of the parts. */
  readonly total: number;
  /** Word, position and token-type tables, and their LayerNorm. */
  readonly embedding: number;
  /** All layers. */
  readonly encoder: number;
  readonly pooler: number;
  readonly heads: number;
}

/**
 * Counts the parameters of an encoder and its heads exactly, biases and LayerNorms included.
 *
 * The layout is that of Hugging Face's BERT. Throws what `validateArch` and `validateHeads` throw, and `arch/too-large` beyond 2^53.
 * Source: Bort, appendix A; it differs from Bort eq. 13 by the surplus of that formula (see `bortParameters`).
 */
export function parameterCount(arch: EncoderArch, options: ParameterCountOptions = {}): ParameterCount {
  validateArch(arch);
  const heads = headParameters(arch, validateHeads(options.heads ?? {}, arch));
  const { hiddenSize } = arch;
  const embedding = (arch.vocabSize + arch.positions + arch.tokenTypes) * hiddenSize + layerNorm(hiddenSize);
  const encoder = arch.layers.reduce((sum, layer) => sum + layerParameters(layer, hiddenSize), 0);
  const pooler = arch.pooler ? linear(hiddenSize, hiddenSize) : 0;
  return { total: requireExact(embedding + encoder + pooler + heads, "parameters"), embedding, encoder, pooler, heads };
}

function layerParameters({ heads, keySize, valueSize, intermediateSize }: LayerArch, hidden: number): number {
  const queryAndKey = 2 * linear(hidden, heads * keySize);
  const valueAndOutput = linear(hidden, heads * valueSize) + linear(heads * valueSize, hidden);
  const feedForward = linear(hidden, intermediateSize) + linear(intermediateSize, hidden);
  return queryAndKey + valueAndOutput + feedForward + 2 * layerNorm(hidden);
}

function headParameters({ hiddenSize, vocabSize }: EncoderArch, { mlm, classifier, nextSentence }: Heads): number {
  const dense = linear(hiddenSize, hiddenSize);
  let count = 0;
  if (mlm !== undefined) count += dense + layerNorm(hiddenSize) + vocabSize + (mlm.tied === false ? hiddenSize * vocabSize : 0);
  if (classifier !== undefined) count += (classifier.pooled === true ? 0 : dense) + linear(hiddenSize, classifier.labels);
  if (nextSentence === true) count += linear(hiddenSize, 2);
  return count;
}

/** W [inputs, outputs] and b [outputs]. */
function linear(inputs: number, outputs: number): number {
  return inputs * outputs + outputs;
}

/** Scale [width] and shift [width]. */
function layerNorm(width: number): number {
  return 2 * width;
}
