import { type EncoderArch } from "@bort/arch";
import { type Shape } from "@bort/graph";

/** One trainable tensor of a model. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  /** `normal`: N(0, deviation^2), as in Devlin et al. 2018. */
  readonly init: "normal" | "zeros" | "ones";
  /** Whether weight decay applies: to matrices, not to biases and LayerNorm (Bort's released script). */
  readonly decay: boolean;
}

/** What sits on the encoder. `mlm`: the masked-language-model head; `classifier`: one logit a label, read from the first token. */
export type ModelHead = { readonly kind: "mlm" } | { readonly kind: "classifier"; readonly labels: readonly string[] };

const matrix = (name: string, rows: number, columns: number): ParameterSpec => ({ name, shape: [rows, columns], init: "normal", decay: true });
const vector = (name: string, size: number, init: "zeros" | "ones"): ParameterSpec => ({ name, shape: [size], init, decay: false });
const dense = (name: string, inputs: number, outputs: number): ParameterSpec[] => [matrix(`${name}.weight`, outputs, inputs), vector(`${name}.bias`, outputs, "zeros")];
const norm = (name: string, size: number): ParameterSpec[] => [vector(`${name}.gain`, size, "ones"), vector(`${name}.bias`, size, "zeros")];

/**
 * Every parameter of an encoder with its head, from the input upward.
 *
 * The pooler of an architecture that has one is not among them: nothing but a classifier reads it, and a classifier brings its own as `classifier.dense`.
 */
export const modelParameters = (arch: EncoderArch, head: ModelHead): ParameterSpec[] => [...encoderParameters(arch), ...headParameters(arch, head)];

/** Embeddings and layers. Query, key and value projections of a layer are one matrix, in this order. */
export function encoderParameters(arch: EncoderArch): ParameterSpec[] {
  const { hiddenSize } = arch;
  return [
    matrix("embeddings.word", arch.vocabSize, hiddenSize),
    matrix("embeddings.position", arch.positions, hiddenSize),
    ...(arch.tokenTypes > 0 ? [matrix("embeddings.tokenType", arch.tokenTypes, hiddenSize)] : []),
    ...norm("embeddings.norm", hiddenSize),
    ...arch.layers.flatMap(({ heads, keySize, valueSize, intermediateSize }, i) => [
      ...dense(`layers.${i}.attention.qkv`, hiddenSize, heads * (2 * keySize + valueSize)),
      ...dense(`layers.${i}.attention.output`, heads * valueSize, hiddenSize),
      ...norm(`layers.${i}.attention.norm`, hiddenSize),
      ...dense(`layers.${i}.feedForward.up`, hiddenSize, intermediateSize),
      ...dense(`layers.${i}.feedForward.down`, intermediateSize, hiddenSize),
      ...norm(`layers.${i}.feedForward.norm`, hiddenSize),
    ]),
  ];
}

function headParameters({ hiddenSize, vocabSize }: EncoderArch, head: ModelHead): ParameterSpec[] {
  if (head.kind === "classifier") return [...dense("classifier.dense", hiddenSize, hiddenSize), ...dense("classifier.output", hiddenSize, head.labels.length)];
  // The decoder's matrix is the word embedding.
  return [...dense("mlm.dense", hiddenSize, hiddenSize), ...norm("mlm.norm", hiddenSize), vector("mlm.bias", vocabSize, "zeros")];
}
