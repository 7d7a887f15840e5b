import { ArchError, shown } from "./arch-error.js";
import {
  type Activation, type Bottleneck, type EncoderArch, type LayerArch, mostLayers, type NarrowEmbedding, type Normalization, sameLayer, validateArch,
} from "./encoder-arch.js";
import {
  badField, booleanField, type JsonObject, listField, numberField, requireObject, sizeField, sizeFieldOr, textField,
} from "./json-fields.js";
import { requireSize } from "./require-size.js";

/** As many layers as `count` says, one above the other, all of these sizes. */
export interface LayerRun extends LayerArch {
  readonly count: number;
}

/** An {@link EncoderArch} in the library's own JSON: the same fields behind a format and a version, equal layers in runs. */
export interface ArchJson extends Omit<EncoderArch, "layers"> {
  readonly format: "bort-arch";
  readonly version: 1;
  readonly layers: readonly LayerRun[];
}

/**
 * Writes an architecture as the library's own JSON, ready for `JSON.stringify`; `archFromJson` gives it back, every field.
 *
 * Throws what `validateArch` throws.
 */
export function archToJson(arch: EncoderArch): ArchJson {
  const { vocabSize, positions, positionOffset, tokenTypes, embedding, hiddenSize, bottleneck, sharing, ...conventions } = validateArch(arch);
  const { activation, normalization, layerNormEps, pooler, padTokenId } = conventions;
  return {
    format: "bort-arch",
    version: 1,
    vocabSize, positions, positionOffset, tokenTypes,
    ...(embedding === undefined ? {} : { embedding }),
    hiddenSize,
    layers: runsOf(arch.layers),
    ...(bottleneck === undefined ? {} : { bottleneck }),
    ...(sharing === undefined ? {} : { sharing }),
    activation,
    ...(normalization === undefined ? {} : { normalization }),
    layerNormEps, pooler,
    ...(padTokenId === undefined ? {} : { padTokenId }),
  };
}

/**
 * Reads an architecture from the library's own JSON, already parsed.
 *
 * Throws `arch/unknown-key` for a field that this version does not know, `arch/missing-field`, `arch/bad-config` for a field of the wrong
 * kind and for another format or version, `arch/bad-size`, and what `validateArch` throws.
 */
export function archFromJson(json: unknown): EncoderArch {
  const fields = requireObject(json, "an architecture");
  if (!isArchJson(fields)) throw badField('"format" must be "bort-arch"', fields["format"]);
  if (fields["version"] !== 1) throw badField('"version" must be 1, the one that this release knows', fields["version"]);
  requireKnown(fields, archKeys, "an architecture");
  const padTokenId = sizeFieldOr(fields, "padTokenId", undefined, 0);
  return validateArch({
    vocabSize: sizeField(fields, "vocabSize"),
    positions: sizeField(fields, "positions"),
    positionOffset: sizeField(fields, "positionOffset", 0),
    tokenTypes: sizeField(fields, "tokenTypes", 0),
    ...(fields["embedding"] === undefined ? {} : { embedding: embeddingOf(fields["embedding"]) }),
    hiddenSize: sizeField(fields, "hiddenSize"),
    layers: layersOf(listField(fields, "layers")),
    ...(fields["bottleneck"] === undefined ? {} : { bottleneck: bottleneckOf(fields["bottleneck"]) }),
    ...(fields["sharing"] === undefined ? {} : { sharing: sharingOf(listField(fields, "sharing")) }),
    activation: textField<Activation>(fields, "activation", ["gelu", "geluTanh", "relu"]),
    ...(fields["normalization"] === undefined ? {} : { normalization: textField<Normalization>(fields, "normalization", ["layerNorm", "noNorm"]) }),
    layerNormEps: numberField(fields, "layerNormEps"),
    pooler: booleanField(fields, "pooler"),
    ...(padTokenId === undefined ? {} : { padTokenId }),
  });
}

/** Whether parsed JSON says that it is an architecture in the library's own form. */
export function isArchJson(json: JsonObject): boolean {
  return json["format"] === "bort-arch";
}

const layerKeys = Object.keys({
  count: 0, heads: 0, keySize: 0, valueSize: 0, intermediateSize: 0, width: 0, feedForwards: 0,
} satisfies Record<keyof LayerRun, 0>);

const archKeys = Object.keys({
  format: 0, version: 0, vocabSize: 0, positions: 0, positionOffset: 0, tokenTypes: 0, embedding: 0, hiddenSize: 0, layers: 0, bottleneck: 0,
  sharing: 0, activation: 0, normalization: 0, layerNormEps: 0, pooler: 0, padTokenId: 0,
} satisfies Record<keyof ArchJson, 0>);

function runsOf(layers: readonly LayerArch[]): LayerRun[] {
  const runs: { count: number; layer: LayerArch }[] = [];
  for (const layer of layers) {
    const last = runs.at(-1);
    if (last !== undefined && alike(last.layer, layer)) last.count++;
    else runs.push({ count: 1, layer });
  }
  return runs.map(({ count, layer: { heads, keySize, valueSize, intermediateSize, width, feedForwards } }) => ({
    count, heads, keySize, valueSize, intermediateSize,
    ...(width === undefined ? {} : { width }),
    ...(feedForwards === undefined ? {} : { feedForwards }),
  }));
}

/** Whether two layers are written alike: of the same sizes, and both with or without `feedForwards`. */
function alike(a: LayerArch, b: LayerArch): boolean {
  return sameLayer(a, b) && a.feedForwards === b.feedForwards;
}

function layersOf(runs: readonly unknown[]): LayerArch[] {
  requireSize(runs.length, "the number of runs in layers", 1, mostLayers);
  const layers: LayerArch[] = [];
  for (const [index, entry] of runs.entries()) {
    const run = requireObject(entry, `layers[${index}]`);
    requireKnown(run, layerKeys, `layers[${index}]`);
    const count = sizeField(run, "count");
    requireSize(layers.length + count, "the number of layers", 1, mostLayers);
    const layer = layerOf(run);
    for (let copy = 0; copy < count; copy++) layers.push(layer);
  }
  return layers;
}

function layerOf(run: JsonObject): LayerArch {
  const width = sizeFieldOr(run, "width", undefined);
  const feedForwards = sizeFieldOr(run, "feedForwards", undefined);
  return {
    heads: sizeField(run, "heads"),
    keySize: sizeField(run, "keySize"),
    valueSize: sizeField(run, "valueSize"),
    intermediateSize: sizeField(run, "intermediateSize"),
    ...(width === undefined ? {} : { width }),
    ...(feedForwards === undefined ? {} : { feedForwards }),
  };
}

function embeddingOf(value: unknown): NarrowEmbedding {
  const json = requireObject(value, "embedding");
  const kind = textField(json, "kind", ["projected", "wordProjected"]);
  requireKnown(json, kind === "projected" ? ["kind", "size"] : ["kind", "size", "window"], "embedding");
  const size = sizeField(json, "size");
  if (kind === "projected") return { kind, size };
  const window = sizeField(json, "window");
  if (window !== 1 && window !== 3) throw badField('"window" must be 1 or 3', window);
  return { kind, size, window };
}

function bottleneckOf(value: unknown): Bottleneck {
  const json = requireObject(value, "bottleneck");
  const kind = textField(json, "kind", ["linear", "mobilebert"]);
  requireKnown(json, kind === "linear" ? ["kind", "merged"] : ["kind", "attentionInput"], "bottleneck");
  return kind === "linear" ? { kind, merged: booleanField(json, "merged") }
    : { kind, attentionInput: textField(json, "attentionInput", ["bottleneck", "shared"]) };
}

function sharingOf(owners: readonly unknown[]): number[] {
  requireSize(owners.length, "the number of entries in sharing", 1, mostLayers);
  return owners.map((owner, index) => requireSize(owner, `sharing[${index}]`, 0));
}

function requireKnown(json: JsonObject, known: readonly string[], what: string): void {
  for (const key in json) {
    if (known.includes(key)) continue;
    throw new ArchError("arch/unknown-key", `arch: ${what} has the keys ${known.join(", ")}, got ${shown(key)}; read it with the version that wrote it`);
  }
}
