import { type EncoderArch } from "@bort/arch";
import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { columns } from "./attention.js";
import { type ParameterNodes, blocks } from "./blocks.js";
import { type Dropout, noDropout } from "./dropout.js";

/**
 * The masked-language-model head: states `[rows, hidden]` to logits `[rows, vocabulary]`, the decoder tied to the word embedding.
 *
 * Its norm is a LayerNorm whatever the encoder's is. In front of a projected embedding the states are made as narrow as the tables (ALBERT's released
 * code); in front of word vectors that are too narrow the decoder has rows of its own for the rest (MobileBERT's).
 */
export function mlmHead(arch: EncoderArch, parameters: ParameterNodes, states: Node): Node {
  const { dense, activate } = blocks(arch, parameters);
  const normed = op.layerNorm(activate(dense("mlm.dense", states)), parameters("mlm.norm.gain"), parameters("mlm.norm.bias"), arch.layerNormEps);
  const [words, bias] = [parameters("embeddings.word"), parameters("mlm.bias")];
  const [size, wordSize] = [normed.shape[1]!, words.shape[1]!];
  if (wordSize === size) return op.linear(normed, words, bias);
  const own = op.matmul(columns(normed, wordSize, size), parameters("mlm.decoder"));
  return op.add(op.linear(columns(normed, 0, wordSize), words, bias), own);
}

/** The classification head: dense + tanh on each sequence's first token, then one logit a label, or one value: `[batch * sequence, hidden] -> [batch, outputs]`. */
export function classifierHead(arch: EncoderArch, parameters: ParameterNodes, states: Node, batch: number, dropout: Dropout = noDropout): Node {
  const { dense } = blocks(arch, parameters);
  const sequence = states.shape[0]! / batch;
  const byPlace = op.reshape(states, [batch, sequence, arch.hiddenSize]);
  const first = op.reshape(op.slice(byPlace, [0, 0, 0], [batch, 1, arch.hiddenSize]), [batch, arch.hiddenSize]);
  const pooled = op.tanh(dense("classifier.dense", dropout("classifier", first)));
  return dense("classifier.output", dropout("classifier", pooled));
}
