import { type Size, size, type SizeName } from "./sizes.js";

/** What a component does. */
export type ComponentKind =
  | "activation" // the encoder's own, inside an FFN
  | "addedTable" // a row of it is added to what is there
  | "bias" // alone, of a decoder whose matrix is another's
  | "headNorm" // a LayerNorm, whatever the encoder's norm is
  | "linear" // a matrix with a bias
  | "matrix" // without one
  | "norm"
  | "product" // of attention: queries with keys, weights with values
  | "residual"
  | "softmax"
  | "table"
  | "tanh"
  | "tied"; // a matrix whose parameters are another's

/** One step of a network. */
export interface Component {
  readonly kind: ComponentKind;
  readonly name: string;
  /** What it reads for each token: inputs; rows of a table; of an attention product the tokens attended to. */
  readonly from: Size;
  /** What it writes for each token: outputs; columns of a table; of an attention product the columns of one operand. */
  readonly to: Size;
  /** What a backward pass keeps of its inputs: `"usual"` for its kind, nothing because a component before it has kept them, or both operands. */
  readonly keeps: "nothing" | "twice" | "usual";
}

/** An embedding, a layer or an MLM head of each structure. */
export type EmbeddingKind = "plain" | "projected" | "wordProjected";
export type LayerKind = "bottleneck" | "linear" | "merged" | "plain" | "shared";

const between = (kind: ComponentKind) => (name: string, from: SizeName, to: SizeName, keeps: Component["keeps"] = "usual"): Component =>
  ({ kind, name, from: size[from], to: size[to], keeps });
const along = (kind: ComponentKind) => (name: string, columns: SizeName): Component => between(kind)(name, columns, columns);

const [table, addedTable, linear, matrix, tied, product, softmax] =
  [between("table"), between("addedTable"), between("linear"), between("matrix"), between("tied"), between("product"), between("softmax")];
const [norm, headNorm, residual, activation, tanh, bias] =
  [along("norm"), along("headNorm"), along("residual"), along("activation"), along("tanh"), along("bias")];

const embeddingsWith = (types: (columns: SizeName) => readonly Component[]): Readonly<Record<EmbeddingKind, readonly Component[]>> => {
  const places = (columns: SizeName): Component[] => [addedTable("positions", "positions", columns), ...types(columns), norm("norm", columns)];
  return {
    plain: [table("words", "vocabulary", "hidden"), ...places("hidden")],
    projected: [table("words", "vocabulary", "embedding"), ...places("embedding"), linear("projection", "embedding", "hidden")],
    wordProjected: [table("words", "vocabulary", "embedding"), linear("projection", "context", "hidden"), ...places("hidden")],
  };
};

/** Embeddings without token types. */
export const embeddings: ReturnType<typeof embeddingsWith> = embeddingsWith(() => []);

/** Embeddings with token types. */
export const typedEmbeddings: ReturnType<typeof embeddingsWith> = embeddingsWith((columns) => [addedTable("token types", "tokenTypes", columns)]);

/** softmax(Q K^T / sqrt(k)) V, projection, residual, norm; `values` is what the value projection reads. Vaswani et al. 2017, eq. 1. */
const attention = (values: "hidden" | "width"): Component[] => [
  linear("query", "width", "keys"),
  linear("key", "width", "keys", "nothing"),
  linear("value", values, "values", values === "width" ? "nothing" : "usual"),
  product("scores", "sequence", "keys", "twice"),
  softmax("softmax", "sequence", "heads"),
  product("context", "sequence", "values"),
  linear("attention output", "values", "width"),
  residual("attention residual", "width"),
  norm("attention norm", "width"),
];

/** An FFN with its residual and norm. Vaswani et al. 2017, eq. 2. */
export const feedForward: readonly Component[] = [
  linear("FFN up", "width", "inner"),
  activation("FFN activation", "inner"),
  linear("FFN down", "inner", "width"),
  residual("FFN residual", "width"),
  norm("FFN norm", "width"),
];

const mapIn = (name: string): Component[] => [linear(name, "hidden", "width"), norm(`${name} norm`, "width")];
const mapOut = [linear("output bottleneck", "width", "hidden"), residual("output residual", "hidden"), norm("output norm", "hidden")];

/** Layers of one FFN. */
export const layers: Readonly<Record<LayerKind, readonly Component[]>> = {
  plain: [...attention("width"), ...feedForward],
  linear: [linear("input bottleneck", "hidden", "width"), ...attention("width"), ...feedForward, linear("output bottleneck", "width", "hidden")],
  merged: [linear("merged bottleneck", "previous", "width"), ...attention("width"), ...feedForward],
  bottleneck: [...mapIn("input bottleneck"), ...attention("width"), ...feedForward, ...mapOut],
  shared: [...mapIn("input bottleneck"), ...mapIn("query and key bottleneck"), ...attention("hidden"), ...feedForward, ...mapOut],
};

/** The map back from the last layer's width, which merged bottlenecks leave over. */
export const lastBottleneck: readonly Component[] = [linear("output bottleneck", "width", "hidden")];

export const pooler: readonly Component[] = [linear("pooler", "hidden", "hidden"), tanh("tanh", "hidden")];
export const nextSentence: readonly Component[] = [linear("next sentence", "hidden", "two")];
export const pooledClassifier: readonly Component[] = [linear("classifier", "hidden", "labels")];
export const denseClassifier: readonly Component[] =
  [linear("classifier dense", "hidden", "hidden"), tanh("tanh", "hidden"), linear("classifier", "hidden", "labels")];

const transform = (columns: SizeName): Component[] => [linear("transform", "hidden", columns), activation("activation", columns), headNorm("norm", columns)];
const decoderBias = bias("decoder bias", "vocabulary");

/** MLM heads: up to the decoder, with a decoder that is the word table, and with one of its own. */
export const mlmHeads: Readonly<Record<EmbeddingKind, Readonly<Record<"tied" | "transform" | "untied", readonly Component[]>>>> = {
  plain: mlmHead(transform("hidden"), [tied("decoder", "hidden", "vocabulary")], "hidden"),
  projected: mlmHead(transform("embedding"), [tied("decoder", "embedding", "vocabulary")], "embedding"),
  wordProjected: mlmHead(transform("hidden"), [
    tied("decoder, tied part", "embedding", "vocabulary"), matrix("decoder, own part", "beyondEmbedding", "vocabulary"),
  ], "hidden"),
};

function mlmHead(start: readonly Component[], decoder: readonly Component[], columns: SizeName): (typeof mlmHeads)[EmbeddingKind] {
  return { transform: start, tied: [...start, ...decoder, decoderBias], untied: [...start, matrix("decoder", columns, "vocabulary"), decoderBias] };
}
