import { ArchError } from "./arch-error.js";
import { type EncoderArch, type LayerArch, maxSequence, validateArch } from "./encoder-arch.js";
import { type Heads, validateHeads } from "./heads.js";
import { requireExact, requireSize } from "./require-size.js";

export interface FlopsOptions {
  /** Tokens per sequence, padding included. */
  readonly sequence: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** Whether to count the two attention matmuls, which some calculators leave out. Default true. */
  readonly attention?: boolean;
  /** Default: none. */
  readonly heads?: Heads;
  /** Positions of each sequence that the MLM head decodes, 0 to `sequence`. Default `sequence`: all of them. */
  readonly maskedPositions?: number;
}

/**
 * Counts the floating-point operations of one forward pass: 2 x the multiply-accumulates of every linear layer and of the two attention matmuls.
 *
 * Embedding lookups, biases, LayerNorms, softmax and activations count nothing; the pooler counts where `arch` has one. Throws `arch/bad-size`,
 * `arch/sequence-too-long` where `arch` has too few positions, and what `validateArch` and `validateHeads` throw; `arch/too-large` beyond 2^53.
 */
export function flops(arch: EncoderArch, options: FlopsOptions): number {
  validateArch(arch);
  const sequence = requireSequence(options.sequence, arch);
  const batch = requireSize(options.batch ?? 1, "batch");
  const maskedPositions = requireSize(options.maskedPositions ?? sequence, "maskedPositions", 0, sequence);
  const heads = validateHeads(options.heads ?? {}, arch);
  const keysSeen = options.attention ?? true ? sequence : 0;
  const encoder = arch.layers.reduce((sum, layer) => sum + sequence * layerMacsPerToken(layer, arch.hiddenSize, keysSeen), 0);
  const pooler = arch.pooler ? arch.hiddenSize ** 2 : 0;
  return requireExact(2 * batch * (encoder + pooler + headMacs(arch, heads, maskedPositions)), "FLOPs");
}

/** The operations of the backward pass: 2 x {@link flops}, one product for the inputs' gradient and one for the weights'. */
export function backwardFlops(arch: EncoderArch, options: FlopsOptions): number {
  return requireExact(2 * flops(arch, options), "FLOPs");
}

/** Four projections and two FFN matrices, then scores [heads, 1, keysSeen] and their weighted sum of values. */
function layerMacsPerToken({ heads, keySize, valueSize, intermediateSize }: LayerArch, hidden: number, keysSeen: number): number {
  const projections = 2 * hidden * heads * (keySize + valueSize);
  const feedForward = 2 * hidden * intermediateSize;
  return projections + feedForward + keysSeen * heads * (keySize + valueSize);
}

function headMacs({ hiddenSize, vocabSize }: EncoderArch, { mlm, classifier, nextSentence }: Heads, maskedPositions: number): number {
  const dense = hiddenSize ** 2;
  let macs = 0;
  if (mlm !== undefined) macs += maskedPositions * (dense + hiddenSize * vocabSize);
  if (classifier !== undefined) macs += (classifier.pooled === true ? 0 : dense) + hiddenSize * classifier.labels;
  if (nextSentence === true) macs += hiddenSize * 2;
  return macs;
}

function requireSequence(sequence: number, arch: EncoderArch): number {
  requireSize(sequence, "sequence");
  const longest = maxSequence(arch);
  if (sequence <= longest) return sequence;
  throw new ArchError("arch/sequence-too-long",
    `arch: sequence must be at most ${longest}, the positions of this architecture, got ${sequence}; shorten it or add positions`);
}
