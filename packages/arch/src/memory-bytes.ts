import { networkOf } from "./network.js";
import { type EncoderArch, validateArch } from "./encoder-arch.js";
import { requireMaskedPositions, requireSequence } from "./flops.js";
import { type Heads, validateHeads } from "./heads.js";
import { keptForBackward, peakOf } from "./activations.js";
import { parameterCount } from "./parameter-count.js";
import { type Receipt, receiptLeaf, receiptOver } from "./receipt.js";
import { requireExact, requireSize } from "./require-size.js";
import { tally } from "./tally.js";

export interface MemoryOptions {
  /** Tokens per sequence, padding included. */
  readonly sequence: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** Default: none. */
  readonly heads?: Heads;
  /** Positions of each sequence that the MLM head decodes. Default `sequence`: all of them. */
  readonly maskedPositions?: number;
  /** Bytes of a weight or a gradient. Default 4: float32. */
  readonly weightBytes?: 1 | 2 | 4 | 8;
  /** Bytes of an activation. Default 4. */
  readonly activationBytes?: 1 | 2 | 4 | 8;
  /** What training keeps of every parameter beside it: AdamW two float32 moments, momentum one, SGD nothing. Default `"adamw"`. */
  readonly optimizer?: keyof typeof optimizerSlots;
}

/** Bytes, by what they hold. */
export interface MemoryBytes {
  /** Weights and the activations of inference: what it takes to run. */
  readonly inference: number;
  /** Weights, gradients, optimizer state and the activations of training: what it takes to train. */
  readonly training: number;
  readonly weights: number;
  readonly gradients: number;
  readonly optimizerState: number;
  readonly inferenceActivations: number;
  readonly trainingActivations: number;
}

const optimizerSlots = { adamw: 2, momentum: 1, sgd: 0 } as const;

/** A {@link MemoryBytes} with its receipt. */
export interface MemoryCount extends MemoryBytes {
  /** Training and inference, as trees of named terms. */
  readonly receipt: Receipt;
}

/**
 * Counts the bytes that an encoder takes to run and to train, its weights once.
 *
 * Activations of training are what a backward pass reads: the inputs of linear layers, norms and activation functions, queries, keys, values and
 * attention weights, without dropout (Korthikanti et al. 2022, section 4.1, where 34 s b h + 5 a s^2 b bytes count 16-bit numbers and dropout
 * masks). Those of inference are the most that is alive at once when everything is freed after its last use and element-wise steps work in
 * place. An engine's own buffers come on top. Throws what `parameterCount` and `flops` throw.
 */
export function memoryBytes(arch: EncoderArch, options: MemoryOptions): MemoryCount {
  validateArch(arch);
  const { batch = 1, heads = {}, weightBytes = 4, activationBytes = 4, optimizer = "adamw" } = options;
  const sequence = requireSequence(options.sequence, arch);
  requireSize(batch, "batch");
  const maskedPositions = requireMaskedPositions(options.maskedPositions, sequence);
  const network = networkOf(arch, validateHeads(heads, arch), sequence);
  const copies = { token: batch * sequence, sequence: batch, maskedPosition: batch * maskedPositions };

  const parameters = parameterCount(arch, { heads });
  const bytes = (name: string, factor: number, formula: string): Receipt =>
    receiptLeaf(name, requireExact(factor * parameters.total, "bytes"), formula, { N: parameters.total, b: weightBytes, m: optimizerSlots[optimizer] });
  const weights = bytes("weights", weightBytes, "b × N");
  const gradients = bytes("gradients", weightBytes, "b × N");
  const state = bytes(`optimizer state, ${optimizer}`, 4 * optimizerSlots[optimizer], "4 × m × N");
  const kept = tally(network, keptForBackward(copies));
  const trainingActivations = receiptOver("activations kept for the backward pass", [kept.receipt], { times: activationBytes });
  const inferenceActivations = receiptOver("most activations at once", [peakOf(network, copies)], { times: activationBytes });
  const inference = receiptOver("inference", [weights, inferenceActivations]);
  const training = receiptOver("training", [weights, gradients, state, trainingActivations]);
  return {
    inference: requireExact(inference.value, "bytes"),
    training: requireExact(training.value, "bytes"),
    weights: weights.value,
    gradients: gradients.value,
    optimizerState: state.value,
    inferenceActivations: inferenceActivations.value,
    trainingActivations: trainingActivations.value,
    receipt: { name: "bytes", value: training.value, combine: "largest", terms: [inference, training] },
  };
}
