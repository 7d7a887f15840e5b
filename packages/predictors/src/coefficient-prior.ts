import { PredictorsError } from "./predictors-error.js";
import { symmetricEigen } from "./symmetric-eigen.js";

/** What is taken for likely of the coefficients before any shape is measured. */
export interface CoefficientPrior {
  /** The part of a coefficient's variance that all layers have in common, 0 to 1. Default 0.8. */
  readonly shared: number;
  /** Correlation between what neighbouring layers have of their own, 0 to 1 (excluded); between layers that are n apart, its n-th power. Default 0.7. */
  readonly correlation: number;
  /** How much smaller coefficients are with each degree, above 0. Default 0.25. */
  readonly decay: number;
}

const DEFAULT_PRIOR: CoefficientPrior = { shared: 0.8, correlation: 0.7, decay: 0.25 };

/** The prior with its defaults; @throws PredictorsError `predictors/bad-option` */
export function coefficientPrior(given: Partial<CoefficientPrior> = {}): CoefficientPrior {
  const prior = { ...DEFAULT_PRIOR, ...given };
  const { shared, correlation, decay } = prior;
  requireThat(shared >= 0 && shared <= 1, "shared must be from 0 to 1", shared);
  requireThat(correlation >= 0 && correlation < 1, "correlation must be from 0 to below 1", correlation);
  requireThat(decay > 0 && Number.isFinite(decay), "decay must be above 0", decay);
  return prior;
}

function requireThat(holds: boolean, needed: string, got: number): void {
  if (!holds) throw new PredictorsError("predictors/bad-option", `predictors: prior.${needed}, got ${got}`);
}

/** The symmetric square root of the prior covariance of a kind of term: decay^(2 (degree - 1)) (shared + (1 - shared) correlation^|i - j|). */
export function priorFactor(places: number, { shared, correlation, decay }: CoefficientPrior, degree: number): Float64Array[] {
  const indices = Array.from({ length: places }, (_, i) => i);
  const { values, vectors } = symmetricEigen(indices.map((i) => indices.map((j) => shared + (1 - shared) * correlation ** Math.abs(i - j))));
  const roots = values.map((value) => decay ** (degree - 1) * Math.sqrt(Math.max(0, value)));
  return indices.map((i) => Float64Array.from(indices, (j) => roots.reduce((sum, root, k) => sum + root * vectors[k]![i]! * vectors[k]![j]!, 0)));
}
