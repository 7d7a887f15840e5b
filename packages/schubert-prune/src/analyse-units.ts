import { type ModelHead } from "@bort/nn";
import { headCounting, type PruningObjective, parameterObjective } from "./objective.js";
import { SchubertError } from "./schubert-error.js";
import { type UnitSlopesOptions, unitSlopes } from "./unit-slopes.js";
import { type Dimension, type UnitVector, dimensions as allDimensions, tiedHiddenUnits, unitVectors } from "./unit-vectors.js";

export interface AnalyseUnitsOptions<H extends ModelHead> extends Omit<UnitSlopesOptions<H>, "vectors"> {
  /** Whose units are looked at. Default: all dimensions. */
  readonly dimensions?: readonly Dimension[];
  /** What a unit costs. Default: parameters, the model's head with them. */
  readonly objective?: PruningObjective;
  /** How many of the cheapest units are listed. Default 20. */
  readonly listed?: number;
}

/** The units of a vector: plain data. */
export interface AnalysedVector extends UnitVector {
  /** What each of its units costs by the objective. */
  readonly cost: number;
  /** How much the loss depends on each unit: the mean of |dL / d alpha|. */
  readonly magnitudes: readonly number[];
  /** The same per cost: what is lost for each parameter that goes, where parameters are the objective. */
  readonly scores: readonly number[];
}

/** A unit, by the name of its vector and its number from 0. */
export interface ScoredUnit {
  readonly vector: string;
  readonly unit: number;
  readonly score: number;
  readonly cost: number;
}

export interface UnitAnalysis {
  /** `h`, then layer by layer; without those whose units cost nothing, so that nothing is saved by what is lost. */
  readonly vectors: readonly AnalysedVector[];
  /** Of all units that may go, which the only one of its vector may not, those of the smallest scores, the smallest first. */
  readonly cheapest: readonly ScoredUnit[];
}

/**
 * What each unit of a network is worth, before anything is cut: how much the task's loss depends on it, to first order, and what it costs.
 *
 * Source: Michel et al. 2019, eq. 2, for the magnitude, here of every dimension; schuBERT, section 5, for a unit's own cost.
 *
 * @throws SchubertError `schubert-prune/bad-option` where no unit costs anything; what `unitSlopes` throws
 */
export async function analyseUnits<H extends ModelHead>(options: AnalyseUnitsOptions<H>): Promise<UnitAnalysis> {
  const { model: { arch, head }, dimensions = allDimensions, objective = parameterObjective(headCounting(head)), listed = 20, ...slopes } = options;
  const costs = await objective.unitCosts(arch);
  const units = unitVectors(arch, dimensions).filter(({ name }) => costs[name]! > 0);
  if (units.length === 0) {
    throw new SchubertError("schubert-prune/bad-option",
      `schubert-prune: units are scored by what they cost in ${objective.unit}, and those of ${dimensions.join(", ") || "no dimension"} cost nothing; give another objective, or other dimensions`);
  }
  const { magnitude } = await unitSlopes({ ...slopes, model: options.model, vectors: units });
  const vectors = units.map((vector): AnalysedVector => {
    const [cost, magnitudes] = [costs[vector.name]!, Array.from(magnitude[vector.name]!)];
    return { ...vector, cost, magnitudes, scores: magnitudes.map((each) => each / cost) };
  });
  const tied = tiedHiddenUnits(arch);
  const removable = vectors.filter(({ size }) => size > 1).flatMap(({ name, dimension, cost, scores }) =>
    scores.map((score, unit): ScoredUnit => ({ vector: name, unit, score, cost })).slice(dimension === "h" ? tied : 0));
  return { vectors, cheapest: removable.sort((a, b) => a.score - b.score).slice(0, listed) }; // Equal ones stay in order.
}
