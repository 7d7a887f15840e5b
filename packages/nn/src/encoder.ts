import { type EncoderArch, maxSequence, ownerOf } from "@bort/arch";
import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { type AttentionNodes } from "./attention.js";
import { type ParameterNodes } from "./blocks.js";
import { type Dropout, noDropout } from "./dropout.js";
import { embeddings } from "./embeddings.js";
import { encoderLayer } from "./encoder-layer.js";
import { NnError } from "./nn-error.js";

export interface EncoderInputs {
  /** Token ids: `i32[batch, sequence]`. */
  readonly ids: Node;
  /** 1 where there is a token, 0 where there is padding: `f32[batch, sequence]`. Without it every place holds a token. */
  readonly mask?: Node;
  /** Default: none. */
  readonly dropout?: Dropout;
}

/** Added to the scores of padding: large against any score, small enough to leave float32 finite. */
const MASKED_SCORE = -1e9;

/** What an encoder computes from end to end: nodes that no one reads are in no program. */
export interface EncoderTaps {
  /** The embeddings, then what leaves each layer, `[batch * sequence, width]`; the width is the hidden size but between merged bottlenecks. */
  readonly states: readonly Node[];
  /** The attention of each layer. */
  readonly attentions: readonly AttentionNodes[];
}

/**
 * The encoder of the BERT family, post-LayerNorm: token ids to the last layer's states, `[batch * sequence, hidden]`. What enters and
 * leaves a layer is marked by `keep`.
 *
 * @throws NnError `nn/sequence-too-long` where the architecture has too few positions.
 */
export const encoder = (arch: EncoderArch, parameters: ParameterNodes, inputs: EncoderInputs): Node => encoderTaps(arch, parameters, inputs).states.at(-1)!;

/** As {@link encoder}, with what lies on the way. */
export function encoderTaps(arch: EncoderArch, parameters: ParameterNodes, { ids, mask, dropout = noDropout }: EncoderInputs): EncoderTaps {
  const [batch, sequence] = ids.shape as [number, number];
  if (sequence > maxSequence(arch)) {
    throw new NnError("nn/sequence-too-long",
      `nn: a sequence may have at most ${maxSequence(arch)} tokens in this architecture, got ${sequence}; shorten it, or give the architecture more positions`);
  }
  const bias = mask && paddingBias(mask);
  const states = [op.keep(embeddings(arch, parameters, ids, dropout))];
  const attentions = arch.layers.map((_, i) => {
    const { state, attention } = encoderLayer(arch, i, (name) => parameters(`layers.${ownerOf(arch, i)}.${name}`), states[i]!, { batch, sequence, bias, dropout });
    states.push(op.keep(state));
    return attention;
  });
  return { states, attentions };
}

/** What padding adds to scores, so that nothing is read from it: 1 or 0 of `f32[batch, sequence]` to `[batch, 1, 1, sequence]`. */
export function paddingBias(mask: Node): Node {
  const [batch, sequence] = mask.shape as [number, number];
  return op.reshape(op.mul(op.sub(1, mask), MASKED_SCORE), [batch, 1, 1, sequence]);
}
