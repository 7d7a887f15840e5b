import { type EncoderArch } from "@bort/arch";
import { type ModelHead, type ParameterSpec, modelParameters } from "@bort/nn";
import { type Dimension, type UnitVector, tiedHiddenUnits, unitVectors, vectorName } from "./unit-vectors.js";

/**
 * What multiplies the rows or columns of a unit: its prunable parameter, in the tensors of schuBERT's table 5; nothing, in tensors that are read through those; or, where a unit would
 * otherwise be left alive, whether its prunable parameter is other than zero.
 */
export type Factor = "alpha" | "isKept" | "none";

/** Rows or columns one after the other, one for each unit, or for each pair of units: head a and key k have number a * keys + k. */
export interface AxisPart {
  /** The vectors of the units; none where all rows stay. */
  readonly units: readonly UnitVector[];
  readonly size: number;
  readonly factor: Factor;
  /** The unit of the first row, where the units before it have none here. Default 0. */
  readonly from?: number;
  /** Whether they are queries, whose products with keys are divided by the root of the size of a key. */
  readonly isQuery?: boolean;
}

/** The rows, or the columns, of a parameter. */
export type ParameterAxis = readonly AxisPart[];

/** A parameter, and the units of its rows and columns. */
export interface AxedParameter {
  readonly spec: ParameterSpec;
  /** As many as its shape has. */
  readonly axes: readonly ParameterAxis[];
}

/**
 * Which rows and columns of every parameter belong to which units: the one table by which parameters are multiplied and cut.
 *
 * Prunable parameters multiply the maps of a layer where they read or write units: K, Q, V, P, D and G of table 5, with their biases. Where layers have bottlenecks it is the maps into and
 * out of those that read and write the encoder's stream, `h`. What table 5 leaves alone (embeddings, norms, heads) shrinks with `h`.
 */
export function parameterAxes(arch: EncoderArch, head: ModelHead): AxedParameter[] {
  const vectors = new Map(unitVectors(arch).map((vector) => [vector.name, vector]));
  const named = (name: string): UnitVector => vectors.get(name)!;
  const outside = axesOutside(arch, named("h"));
  return modelParameters(arch, head).map((spec) => {
    const part = spec.name.replace(/\.(?:weight|bias|gain)$/, "");
    const [, layer, inLayer] = /^layers\.(\d+)\.(.*)$/.exec(part) ?? [];
    const axes = layer === undefined ? outside[part] : axesInLayer(arch, Number(layer), named)[inLayer!.replace(/^stacked\.\d+/, "feedForward")];
    return { spec, axes: spec.shape.map((size, i) => axes?.[i] ?? [{ units: [], size, factor: "none" }]) };
  });
}

/** By the name of a map or a norm: what it writes, then what it reads; `undefined` where that has no units, and for what is left out. */
type AxesByName = Readonly<Record<string, readonly (ParameterAxis | undefined)[]>>;

/** Embeddings and heads. */
function axesOutside(arch: EncoderArch, h: UnitVector): AxesByName {
  const { embedding } = arch;
  const [hidden, kept] = [of(h, "none"), of(h, "isKept")];
  const words = tiedHiddenUnits(arch);
  // Tables as wide as the stream; else they, and what the decoder reads, are as wide as the words.
  const asWide = embedding?.kind === "projected" ? {} : {
    "embeddings.position": [undefined, hidden], "embeddings.tokenType": [undefined, hidden], "embeddings.norm": [kept], "mlm.norm": [kept],
  };
  return {
    ...asWide,
    ...(embedding === undefined && { "embeddings.word": [undefined, hidden] }),
    "embeddings.projection": [hidden],
    "mlm.dense": [embedding?.kind === "projected" ? undefined : hidden, hidden],
    "mlm.decoder": [[{ units: [h], size: h.size - words, factor: "none", from: words }]],
    "classifier.dense": [hidden, hidden],
    "classifier.output": [undefined, kept], // The pooled vector is as wide as the stream, and shrinks with it, unit by unit.
  };
}

function axesInLayer({ bottleneck }: EncoderArch, layer: number, named: (name: string) => UnitVector): AxesByName {
  const perHead = (dimension: Dimension): AxisPart => {
    const units = [named(vectorName("a", layer)), named(vectorName(dimension, layer))];
    return { units, size: units[0]!.size * units[1]!.size, factor: "alpha" };
  };
  const [keys, values, inner, hidden] = [perHead("k"), perHead("v"), of(named(vectorName("f", layer))), of(named("h"))];
  const queries = { ...keys, isQuery: true };
  const norm = of(named("h"), "isKept");
  const stream = bottleneck === undefined ? hidden : undefined; // Else a layer's own stream, whose width is no dimension of schuBERT's.
  const readsStream = layer === 0 || !(bottleneck?.kind === "linear" && bottleneck.merged);
  return {
    "attention.qkv": [[queries, keys, values], stream],
    "attention.queryKey": [[queries, keys]],
    "attention.value": [[values], hidden],
    "attention.output": [stream, [values]],
    "feedForward.up": [inner, stream],
    "feedForward.down": [stream, inner],
    ...(bottleneck === undefined && { "attention.norm": [norm], "feedForward.norm": [norm] }),
    "bottleneck.input": [undefined, readsStream ? hidden : undefined],
    "bottleneck.attention": [undefined, hidden],
    "bottleneck.output": [hidden],
    "bottleneck.output.norm": [norm],
  };
}

const of = (vector: UnitVector, factor: Factor = "alpha"): ParameterAxis => [{ units: [vector], size: vector.size, factor }];
