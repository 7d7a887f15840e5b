import { type EncoderArch, type FlopsOptions, type Heads, type LayerUnitCosts, type ParameterCountOptions, type UnitCosts, flops, parameterCount, unitCosts } from "@bort/arch";
import { type ModelHead } from "@bort/nn";
import { type Dimension, unitVectors } from "./unit-vectors.js";

/** What a unit costs, by the name of its vector. */
export type VectorCosts = Readonly<Record<string, number>>;

/** What pruning reduces. */
export interface PruningObjective {
  readonly name: string;
  /** Sets it apart from others of its name, as plain data: a run is gone on with by an objective of the same alone. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** As it is written after a value. */
  readonly unit: string;
  /** The share of a value below which two are not told apart: 0 for a count, more for what is measured on a machine. */
  readonly resolution: number;
  /** The value of an architecture: the less, the better. */
  measure(arch: EncoderArch): number | Promise<number>;
  /** What the value falls by when one unit of a vector goes, for every vector of an architecture. Layers that share parameters lose it together. */
  unitCosts(arch: EncoderArch): VectorCosts | Promise<VectorCosts>;
}

/** The name and the unit of a count, and the count. */
export interface CountObjectiveOptions {
  readonly name: string;
  /** What sets it apart from other counts of its name. Default: nothing. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly unit: string;
  /** It never falls where a size grows. */
  readonly measure: (arch: EncoderArch) => number;
}

/** An exact count as an objective. */
export const countObjective = ({ name, settings = {}, unit, measure }: CountObjectiveOptions): PruningObjective =>
  ({ name, settings, unit, resolution: 0, measure, unitCosts: (arch) => costsByVector(arch, unitCosts(arch, measure)) });

/** Parameters, by default of the encoder with its pooler and no head; {@link headCounting} counts those of a model. Throws what `parameterCount` throws. */
export const parameterObjective = (options: ParameterCountOptions = {}): PruningObjective =>
  countObjective({ name: "parameters", settings: { ...options }, unit: "parameters", measure: (arch) => parameterCount(arch, options).total });

/** Floating-point operations of a forward pass, by default of one sequence and no head. Throws what `flops` throws. */
export const flopsObjective = (options: FlopsOptions): PruningObjective =>
  countObjective({ name: "flops", settings: { ...options }, unit: "FLOPs", measure: (arch) => flops(arch, options).total });

/** Options by which a model with this head is counted: the head, and no pooler, because a classifier has that as a layer of its own and nothing else reads it. */
export const headCounting = (head: ModelHead): { readonly heads: Heads; readonly pooler: false } =>
  ({ heads: head.kind === "mlm" ? { mlm: {} } : { classifier: { labels: Math.max(1, head.labels.length) } }, pooler: false });

const costNames = { a: "head", k: "key", v: "value", f: "feedForward" } as const satisfies Record<Exclude<Dimension, "h">, keyof LayerUnitCosts>;

/** Costs layer by layer, by the names of vectors. */
export const costsByVector = (arch: EncoderArch, { hidden, layers }: UnitCosts): VectorCosts => Object.fromEntries(
  unitVectors(arch).map(({ name, dimension, layer }) => [name, dimension === "h" ? hidden : layers[layer!]![costNames[dimension]]]),
);
