import { ArchError } from "./arch-error.js";
import { type EncoderArch } from "./encoder-arch.js";
import { requireSize } from "./require-size.js";

/** The output layers put on an encoder; one that is not named is not there. */
export interface Heads {
  /**
   * Masked-language-model head: dense H x H, activation, LayerNorm, decoder to the vocabulary.
   * `tied` (default true): the decoder's matrix is the word embedding. `decoder` (default true): false leaves the transform alone, without the
   * decoder and its bias, which is how SuperShaper counts.
   */
  readonly mlm?: { readonly tied?: boolean; readonly decoder?: boolean };
  /**
   * Classification head on the first token: dense H x H, tanh, output H x labels, as in RoBERTa and Bort.
   * `pooled` (default false): BERT's, the output layer alone, reading the encoder's pooler.
   */
  readonly classifier?: { readonly labels: number; readonly pooled?: boolean };
  /** BERT's next-sentence head: output H x 2, reading the pooler. */
  readonly nextSentence?: boolean;
}

/** The names of the heads that this package knows. */
export type HeadName = keyof Heads;

/**
 * Returns `heads` if they fit on `arch`.
 *
 * Throws `arch/bad-size` for labels below 1, `arch/head-needs-pooler` where a head reads a pooler that `arch` lacks.
 */
export function validateHeads(heads: Heads, arch: EncoderArch): Heads {
  if (heads.classifier !== undefined) requireSize(heads.classifier.labels, "classifier labels");
  if (heads.classifier?.pooled === true) requirePooler("classifier", arch);
  if (heads.nextSentence === true) requirePooler("nextSentence", arch);
  return heads;
}

function requirePooler(reader: HeadName, arch: EncoderArch): void {
  if (arch.pooler) return;
  throw new ArchError("arch/head-needs-pooler",
    `arch: this ${reader} head needs an architecture with a pooler, got one without; set pooler: true or leave the head out`);
}
