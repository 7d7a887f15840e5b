import { type EncoderArch, maxSequence } from "@bort/arch";
import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { type ParameterNodes } from "./blocks.js";
import { embeddings } from "./embeddings.js";
import { encoderLayer } from "./encoder-layer.js";
import { NnError } from "./nn-error.js";
import { ownerOf } from "./parameter-spec.js";

export interface EncoderInputs {
  /** Token ids: `i32[batch, sequence]`. */
  readonly ids: Node;
  /** 1 where there is a token, 0 where there is padding: `f32[batch, sequence]`. Without it every place holds a token. */
  readonly mask?: Node;
}

/** Added to the scores of padding: large against any score, small enough to leave float32 finite. */
const MASKED_SCORE = -1e9;

/**
 * The encoder of the BERT family, post-LayerNorm, without dropout: token ids to the last layer's states, `[batch * sequence, hidden]`. What enters and
 * leaves a layer is marked by `keep`.
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
    (x, _, i) => op.keep(encoderLayer(arch, i, (name) => parameters(`layers.${ownerOf(arch, i)}.${name}`), x, { batch, sequence, bias })),
    op.keep(embeddings(arch, parameters, ids)),
  );
}
