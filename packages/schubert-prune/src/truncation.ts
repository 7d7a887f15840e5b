import { type EncoderArch } from "@bort/arch";
import { type Model, type ModelHead } from "@bort/nn";
import { type PruningObjective } from "./objective.js";
import { type UnitCounts, type UnitValues } from "./unit-vectors.js";

export interface TruncationOptions {
  /** The network that is cut. */
  readonly arch: EncoderArch;
  /** What the units are worth, as absolute values, of the vectors that may be cut: prunable parameters. */
  readonly values: UnitValues;
  readonly objective: PruningObjective;
  /** What the objective may be at most, below what it is. */
  readonly target: number;
}

/** What goes of a network, and how. */
export interface Cut {
  /** The smaller network. */
  readonly arch: EncoderArch;
  /** The objective's value for it. */
  readonly value: number;
  /** How many units went, of each vector that lost some. */
  readonly removed: UnitCounts;
  /** The smaller network of a model of the network that was cut, which stays as it is. */
  cut<H extends ModelHead>(model: Model<H>): Model<H>;
}

/**
 * A way to make a network meet a target: the least that it has to cut.
 *
 * Throws SchubertError `schubert-prune/unreachable-target` where the target is not below what the network has, or below what this way
 * reaches; `schubert-prune/bad-units` for values that are not those of the network's units.
 */
export type Truncation = (options: TruncationOptions) => Promise<Cut>;
