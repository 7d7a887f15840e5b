import { type EncoderArch, type LayerArch, ownerOf } from "@bort/arch";
import { SchubertError } from "./schubert-error.js";

/**
 * A design dimension by schuBERT's letter: `h` the hidden size, and in each layer `a` heads, `k` the size of a key (and of a query), `v` that of a value, `f` that of the FFN.
 *
 * Source: schuBERT, tables 2 and 3.
 */
export type Dimension = "a" | "f" | "h" | "k" | "v";

export const dimensions: readonly Dimension[] = ["h", "a", "k", "v", "f"];

/** The units of one dimension in one place: what schuBERT has a vector of prunable parameters for (table 4). */
export interface UnitVector {
  /** `h`, or `layers.3.f` in layer 3. */
  readonly name: string;
  readonly dimension: Dimension;
  /** From 0; none for `h`. */
  readonly layer?: number;
  /** How many units there are. */
  readonly size: number;
}

/** Something of each unit, by the name of its vector: a prunable parameter, a score. */
export type UnitValues = Readonly<Record<string, Float32Array>>;

/** The units that stay, by the name of their vector, in the order that they will have; all units of a vector that is not named stay. */
export type KeptUnits = Readonly<Record<string, readonly number[]>>;

/** How many units there are, by the name of their vector; of a vector that is not named, as many as before. */
export type UnitCounts = Readonly<Record<string, number>>;

type LayerDimension = Exclude<Dimension, "h">;

const sizeNames = { a: "heads", k: "keySize", v: "valueSize", f: "intermediateSize" } as const satisfies Record<LayerDimension, keyof LayerArch>;

export const vectorName = (dimension: Dimension, layer?: number): string => (dimension === "h" ? dimension : `layers.${layer}.${dimension}`);

/** The vectors of an architecture in those dimensions: `h`, then layer by layer. A layer that computes with another's parameters has no units of its own. */
export function unitVectors(arch: EncoderArch, of: readonly Dimension[] = dimensions): UnitVector[] {
  const hidden: UnitVector[] = of.includes("h") ? [{ name: "h", dimension: "h", size: arch.hiddenSize }] : [];
  const inLayers = dimensions.filter((dimension): dimension is LayerDimension => dimension !== "h" && of.includes(dimension));
  return [...hidden, ...arch.layers.flatMap((sizes, layer) => (ownerOf(arch, layer) !== layer ? []
    : inLayers.map((dimension): UnitVector => ({ name: vectorName(dimension, layer), dimension, layer, size: sizes[sizeNames[dimension]] }))))];
}

/** Dimensions as they are written: `h,f`, `hf` or `all`; @throws SchubertError `schubert-prune/unknown-dimension` */
export function parseDimensions(text: string): Dimension[] {
  if (text.trim() === "all") return [...dimensions];
  const letters = text.split(/[\s,]*/).filter((letter) => letter !== "");
  const unknown = letters.find((letter) => !(dimensions as readonly string[]).includes(letter));
  if (unknown !== undefined || letters.length === 0) {
    throw new SchubertError("schubert-prune/unknown-dimension",
      `schubert-prune: dimensions must be letters of h, a, k, v, f, or "all", got ${unknown === undefined ? "none" : `"${unknown}"`} in "${text}"; `
      + "h is the hidden size, a heads, k keys, v values, f the FFN's inner size");
  }
  return dimensions.filter((dimension) => letters.includes(dimension));
}

/** The architecture with as many units as that. */
export function archWith(arch: EncoderArch, counts: UnitCounts): EncoderArch {
  return {
    ...arch, hiddenSize: counts["h"] ?? arch.hiddenSize,
    layers: arch.layers.map((sizes, layer) => {
      const changed: { -readonly [Size in keyof LayerArch]: LayerArch[Size] } = { ...sizes };
      for (const [dimension, size] of Object.entries(sizeNames) as [LayerDimension, (typeof sizeNames)[LayerDimension]][]) {
        changed[size] = counts[vectorName(dimension, ownerOf(arch, layer))] ?? sizes[size];
      }
      return changed;
    }),
  };
}

/** The architecture with as many units fewer. */
export const archWithout = (arch: EncoderArch, removed: UnitCounts): EncoderArch =>
  archWith(arch, Object.fromEntries(unitVectors(arch).filter(({ name }) => name in removed).map(({ name, size }) => [name, size - removed[name]!])));

/** How many units stay. */
export const countsOf = (kept: KeptUnits): UnitCounts => Object.fromEntries(Object.entries(kept).map(([name, units]) => [name, units.length]));

/**
 * Hidden units that cannot go: the columns of word vectors that are narrower than the stream, where the decoder of a masked language model reads them off the first hidden units
 * (MobileBERT). Without such a decoder they could; they stay all the same, so that a network shrinks alike with any head.
 */
export const tiedHiddenUnits = ({ embedding }: EncoderArch): number => (embedding?.kind === "wordProjected" ? embedding.size : 0);

/**
 * Checks units that are to stay; @throws SchubertError `schubert-prune/bad-units` for a vector that is not there, a unit that is not, or one twice, or none;
 * `schubert-prune/tied-units` where hidden units go, or move, that are tied to columns of the word embedding
 */
export function requireUnits(arch: EncoderArch, kept: KeptUnits): void {
  const vectors = new Map(unitVectors(arch).map((vector) => [vector.name, vector]));
  for (const [name, units] of Object.entries(kept)) {
    const vector = vectors.get(name);
    if (vector === undefined) throw badUnits(`no units "${name}" are in this architecture`, "name h, or a, k, v, f of a layer that has parameters of its own, as layers.0.f");
    if (units.length === 0) throw badUnits(`none of ${name} would stay`, "leave at least one");
    const wrong = units.find((unit) => !(Number.isInteger(unit) && unit >= 0 && unit < vector.size));
    if (wrong !== undefined) throw badUnits(`${name} has units 0 to ${vector.size - 1}, got ${wrong}`, "correct it");
    if (new Set(units).size < units.length) throw badUnits(`a unit of ${name} is there twice`, "name each once");
  }
  const tied = tiedHiddenUnits(arch);
  const hidden = kept["h"];
  if (hidden !== undefined && Array.from({ length: tied }, (_, i) => hidden[i]).some((unit, i) => unit !== i)) {
    throw new SchubertError("schubert-prune/tied-units",
      `schubert-prune: hidden units 0 to ${tied - 1} must stay in their places, because the decoder is tied to as many columns of the word embedding; keep them`);
  }
}

const badUnits = (problem: string, advice: string): SchubertError => new SchubertError("schubert-prune/bad-units", `schubert-prune: ${problem}; ${advice}`);
