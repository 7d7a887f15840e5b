import { type EncoderArch, ownerOf } from "@bort/arch";
import { type Shape } from "@bort/graph";

/** One trainable tensor of a model. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  /** `normal`: N(0, deviation^2), as in Devlin et al. 2018. `identity`: ones on the diagonal, as many as there are, zeros elsewhere (SuperShaper, section 4.2). */
  readonly init: "normal" | "zeros" | "ones" | "identity";
  /** Whether weight decay applies: to matrices, not to biases and LayerNorm (Bort's released script). */
  readonly decay: boolean;
}

/** What sits on the encoder. `mlm`: the masked-language-model head; `classifier`: one logit a label, read from the first token, or without labels one value, in regression. */
export type ModelHead = { readonly kind: "mlm" } | { readonly kind: "classifier"; readonly labels: readonly string[] };

/** How many numbers a classifier gives for a text: a logit for each label; in regression, where there are no labels, one value. */
export const outputsOf = ({ labels }: Extract<ModelHead, { kind: "classifier" }>): number => Math.max(1, labels.length);

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

/**
 * Embeddings and layers; a layer that computes with another's parameters has none.
 *
 * Projections in a layer that read the same are one matrix: query, key and value in this order, or query and key where values read another stream.
 */
export const encoderParameters = (arch: EncoderArch): ParameterSpec[] => [
  ...embeddingParameters(arch),
  ...arch.layers.flatMap((_, i) => (ownerOf(arch, i) === i ? layerParameters(arch, i) : [])),
];

function embeddingParameters({ vocabSize, positions, tokenTypes, hiddenSize, embedding }: EncoderArch): ParameterSpec[] {
  const wordSize = embedding?.size ?? hiddenSize;
  const size = embedding?.kind === "projected" ? wordSize : hiddenSize;
  const window = embedding?.kind === "wordProjected" ? embedding.window : 1;
  return [
    matrix("embeddings.word", vocabSize, wordSize),
    matrix("embeddings.position", positions, size),
    ...(tokenTypes > 0 ? [matrix("embeddings.tokenType", tokenTypes, size)] : []),
    ...norm("embeddings.norm", size),
    ...(embedding === undefined ? [] : dense("embeddings.projection", window * wordSize, hiddenSize)),
  ];
}

function layerParameters(arch: EncoderArch, index: number): ParameterSpec[] {
  const { hiddenSize } = arch;
  const { heads, keySize, valueSize, intermediateSize, width = hiddenSize, feedForwards = 1 } = arch.layers[index]!;
  const at = `layers.${index}`;
  const feedForward = (name: string): ParameterSpec[] => [
    ...dense(`${name}.up`, width, intermediateSize), ...dense(`${name}.down`, intermediateSize, width), ...norm(`${name}.norm`, width),
  ];
  const { before, after } = bottleneckParameters(arch, index);
  return [
    ...before,
    ...(readsEncoderStream(arch)
      ? [...dense(`${at}.attention.queryKey`, width, heads * 2 * keySize), ...dense(`${at}.attention.value`, hiddenSize, heads * valueSize)]
      : dense(`${at}.attention.qkv`, width, heads * (2 * keySize + valueSize))),
    ...dense(`${at}.attention.output`, heads * valueSize, width),
    ...norm(`${at}.attention.norm`, width),
    ...Array.from({ length: feedForwards - 1 }, (_, i) => feedForward(`${at}.stacked.${i}`)).flat(),
    ...feedForward(`${at}.feedForward`),
    ...after,
  ];
}

/** Whether values read the encoder's stream, queries and keys a layer's own. */
export const readsEncoderStream = ({ bottleneck }: EncoderArch): boolean => bottleneck?.kind === "mobilebert" && bottleneck.attentionInput === "shared";

/** The maps into and out of a layer's stream. A merged one leads from the stream of the layer before, and the last layer's alone leads out. */
function bottleneckParameters(arch: EncoderArch, index: number): { before: ParameterSpec[]; after: ParameterSpec[] } {
  const { bottleneck, hiddenSize, layers } = arch;
  const width = layers[index]!.width ?? hiddenSize;
  const at = `layers.${index}.bottleneck`;
  const normed = (name: string, inputs: number, outputs: number): ParameterSpec[] => [...dense(name, inputs, outputs), ...norm(`${name}.norm`, outputs)];
  switch (bottleneck?.kind) {
    case undefined: return { before: [], after: [] };
    case "mobilebert": return {
      before: [...normed(`${at}.input`, hiddenSize, width), ...(readsEncoderStream(arch) ? normed(`${at}.attention`, hiddenSize, width) : [])],
      after: normed(`${at}.output`, width, hiddenSize),
    };
    case "linear": {
      const from = bottleneck.merged && index > 0 ? layers[index - 1]!.width! : hiddenSize;
      const leadsOut = !bottleneck.merged || index === layers.length - 1;
      return { before: identity(`${at}.input`, from, width), after: leadsOut ? identity(`${at}.output`, width, hiddenSize) : [] };
    }
  }
}

const identity = (name: string, inputs: number, outputs: number): ParameterSpec[] =>
  dense(name, inputs, outputs).map((spec) => (spec.init === "normal" ? { ...spec, init: "identity" } : spec));

function headParameters({ hiddenSize, vocabSize, embedding }: EncoderArch, head: ModelHead): ParameterSpec[] {
  if (head.kind === "classifier") return [...dense("classifier.dense", hiddenSize, hiddenSize), ...dense("classifier.output", hiddenSize, outputsOf(head))];
  const size = embedding?.kind === "projected" ? embedding.size : hiddenSize;
  const beyond = embedding?.kind === "wordProjected" ? hiddenSize - embedding.size : 0;
  return [
    ...dense("mlm.dense", hiddenSize, size),
    ...norm("mlm.norm", size),
    // The decoder's matrix is the word embedding, and beside one that is too narrow, rows of its own.
    ...(beyond > 0 ? [matrix("mlm.decoder", beyond, vocabSize)] : []),
    vector("mlm.bias", vocabSize, "zeros"),
  ];
}
