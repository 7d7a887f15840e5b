import { type EncoderArch, type LayerArch, maxSequence } from "@bort/arch";
import * as op from "@bort/graph";
import { type GeluForm, type Node } from "@bort/graph";
import { NnError } from "./nn-error.js";

/** The node of a model's parameter, by its name in `modelParameters`. */
export type ParameterNodes = (name: string) => Node;

export interface EncoderInputs {
  /** Token ids: `i32[batch, sequence]`. */
  readonly ids: Node;
  /** 1 where there is a token, 0 where there is padding: `f32[batch, sequence]`. Without it every place holds a token. */
  readonly mask?: Node;
}

const geluForm = { gelu: "none", geluTanh: "tanh" } as const satisfies Record<EncoderArch["activation"], GeluForm>;

/** Added to the scores of padding: large against any score, small enough to leave float32 finite. */
const MASKED_SCORE = -1e9;

/**
 * The encoder of the BERT family, post-LayerNorm, without dropout: token ids to the last layer's states, `[batch * sequence, hidden]`.
 *
 * @throws NnError `nn/sequence-too-long` where the architecture has too few positions.
 */
export function encoder(arch: EncoderArch, parameters: ParameterNodes, { ids, mask }: EncoderInputs): Node {
  const [batch, sequence] = ids.shape as [number, number];
  if (sequence > maxSequence(arch)) {
    throw new NnError("nn/sequence-too-long",
      `nn: a sequence may have at most ${maxSequence(arch)} tokens in this architecture, got ${sequence}; shorten it, or give the architecture more positions`);
  }
  // [batch, 1, 1, sequence]
  const bias = mask === undefined ? undefined : op.reshape(op.mul(op.sub(1, mask), MASKED_SCORE), [batch, 1, 1, sequence]);
  return arch.layers.reduce(
    (x, layer, i) => encoderLayer(arch, layer, (name) => parameters(`layers.${i}.${name}`), x, { batch, sequence, bias }),
    embeddings(arch, parameters, ids),
  );
}

/** Word + position (+ the first token type), then LayerNorm: `i32[batch, sequence] -> [batch * sequence, hidden]`. */
function embeddings(arch: EncoderArch, parameters: ParameterNodes, ids: Node): Node {
  const [batch, sequence] = ids.shape as [number, number];
  const { hiddenSize, positions, positionOffset, tokenTypes, layerNormEps } = arch;
  const rows = (table: Node, start: number, end: number): Node => op.slice(table, [start, 0], [end, hiddenSize]);
  const words = op.gather(parameters("embeddings.word"), ids); // [batch, sequence, hidden]
  const table = parameters("embeddings.position");
  // Cut in two steps: in an exported model the length is free, and an end of offset + length would not be.
  const usable = positionOffset === 0 ? table : rows(table, positionOffset, positions);
  const placed = op.add(words, rows(usable, 0, sequence));
  const typed = tokenTypes === 0 ? placed : op.add(placed, rows(parameters("embeddings.tokenType"), 0, 1));
  const flat = op.reshape(typed, [batch * sequence, hiddenSize]);
  return op.layerNorm(flat, parameters("embeddings.norm.gain"), parameters("embeddings.norm.bias"), layerNormEps);
}

interface Places {
  readonly batch: number;
  readonly sequence: number;
  readonly bias: Node | undefined;
}

/** x: `[batch * sequence, hidden]`, before and after. Vaswani et al. 2017; Bort eq. 3-11. */
function encoderLayer(arch: EncoderArch, layer: LayerArch, parameters: ParameterNodes, x: Node, places: Places): Node {
  const dense = (name: string, input: Node): Node => op.linear(input, parameters(`${name}.weight`), parameters(`${name}.bias`));
  const norm = (name: string, input: Node): Node => op.layerNorm(input, parameters(`${name}.gain`), parameters(`${name}.bias`), arch.layerNormEps);
  const context = attention(layer, dense("attention.qkv", x), places);
  const attended = norm("attention.norm", op.add(dense("attention.output", context), x));
  const inner = op.gelu(dense("feedForward.up", attended), geluForm[arch.activation]); // [batch * sequence, intermediate]
  return norm("feedForward.norm", op.add(dense("feedForward.down", inner), attended));
}

/** softmax(Q K^T / sqrt(keySize) + bias) V for every head: `[batch * sequence, heads * (2 keySize + valueSize)] -> [batch * sequence, heads * valueSize]`. */
function attention({ heads, keySize, valueSize }: LayerArch, qkv: Node, { batch, sequence, bias }: Places): Node {
  const rows = batch * sequence;
  const split = (start: number, size: number): Node => {
    const columns = op.slice(qkv, [0, start], [rows, start + heads * size]);
    return op.transpose(op.reshape(columns, [batch, sequence, heads, size]), [0, 2, 1, 3]); // [batch, heads, sequence, size]
  };
  const query = split(0, keySize);
  const key = split(heads * keySize, keySize);
  const value = split(2 * heads * keySize, valueSize);
  const scores = op.matmul(query, key, { transposeB: true, alpha: 1 / Math.sqrt(keySize) }); // [batch, heads, sequence, sequence]
  const weights = op.softmax(bias === undefined ? scores : op.add(scores, bias));
  const context = op.matmul(weights, value); // [batch, heads, sequence, valueSize]
  return op.reshape(op.transpose(context, [0, 2, 1, 3]), [rows, heads * valueSize]);
}

/** The masked-language-model head: states `[rows, hidden]` to logits `[rows, vocabulary]`, the decoder tied to the word embedding. */
export function mlmHead(arch: EncoderArch, parameters: ParameterNodes, states: Node): Node {
  const inner = op.gelu(op.linear(states, parameters("mlm.dense.weight"), parameters("mlm.dense.bias")), geluForm[arch.activation]);
  const normed = op.layerNorm(inner, parameters("mlm.norm.gain"), parameters("mlm.norm.bias"), arch.layerNormEps);
  return op.linear(normed, parameters("embeddings.word"), parameters("mlm.bias"));
}

/** The classification head: dense + tanh on each sequence's first token, then one logit a label: `[batch * sequence, hidden] -> [batch, labels]`. */
export function classifierHead(arch: EncoderArch, parameters: ParameterNodes, states: Node, batch: number): Node {
  const sequence = states.shape[0]! / batch;
  const byPlace = op.reshape(states, [batch, sequence, arch.hiddenSize]);
  const first = op.reshape(op.slice(byPlace, [0, 0, 0], [batch, 1, arch.hiddenSize]), [batch, arch.hiddenSize]);
  const pooled = op.tanh(op.linear(first, parameters("classifier.dense.weight"), parameters("classifier.dense.bias")));
  return op.linear(pooled, parameters("classifier.output.weight"), parameters("classifier.output.bias"));
}
