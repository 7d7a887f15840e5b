import { type CertifiedRun } from "./certified-run.js";
import { type Condition } from "./condition.js";
import { FptasError } from "./fptas-error.js";
import { lipschitzLowerBound, observationsOf, strongConditions } from "./strong-conditions.js";
import { distinct, weakConditions } from "./weak-conditions.js";

/** What the theory says about a search, how far this run meets its premises, and what it cost. */
export interface Certificate {
  readonly epsilon: number;
  /** |Xi|. */
  readonly spaceSize: number;
  /** |Theta|. */
  readonly hyperparameterSets: number;
  /** Architectures that were trained. */
  readonly candidates: number;
  /** Candidates times hyperparameter sets, as far as the search came. */
  readonly trials: number;
  /** Trainings of a trial. */
  readonly seeds: number;
  /** |1 - epsilon|, the bound on the error rho as printed; it is claimed only where every condition is met, and at epsilon 2 or more it is 1 or more. */
  readonly printedErrorBound: number;
  readonly printedStepsBound: StepsBound;
  /** What the search itself needs. */
  readonly search: readonly Condition[];
  /** The weak AB^nC property. */
  readonly weak: readonly Condition[];
  /** What the strong AB^nC property adds. */
  readonly strong: readonly Condition[];
  /** The Lipschitz constant of the gradient is at least this; absent where no step was looked at closely. */
  readonly lipschitzLowerBound?: number;
  readonly cost: SearchCost;
}

/**
 * The ingredients of O(|Xi| + |W*_T| (1 + |Theta| |B| |Xi| / (epsilon s^(3/2)))), the steps of the search as printed. The sources at hand leave open the
 * constant and s, an input of the theorem, so no number follows.
 */
export interface StepsBound {
  readonly spaceSize: number;
  /** |W*_T|: parameters of the largest network, the maximum point. */
  readonly largestWeightSet: number;
  /** |Theta| |B| |Xi| / epsilon; absent where the batch is not known. */
  readonly trainedExamples?: number;
}

export interface Cost {
  readonly trials: number;
  /** Absent where it is not known what is trained. */
  readonly flops?: number;
  readonly seconds: number;
}

/** What the trials took together, and what trying every architecture would take. */
export interface SearchCost extends Cost {
  /** Extrapolated: as many trials as the space has, less the share beyond the maximum point, each at the mean of those that were made. */
  readonly exhaustive: Cost;
}

/**
 * States which premises of the theorem a search met: a maximum point above every candidate, the weak and the strong AB^nC property; by which means each is
 * known; and what the search cost against an exhaustive one.
 *
 * @throws FptasError `fptas/no-candidate` where there is no trial
 * @throws ArchError `arch/sequence-too-long` where a candidate has too few positions
 *
 * Source: de Wynter 2020 (arXiv 2010.08512); Bort, appendices B and C.
 */
export function certificateOf(run: CertifiedRun): Certificate {
  const { space, epsilon, hyperparameterSets, trials, seeds = 1 } = run;
  if (trials.length === 0) throw new FptasError("fptas/no-candidate", "fptas: a certificate needs a trial, got none; let the search train a candidate");
  const candidates = distinct(trials.map(({ arch }) => arch)).length;
  const slope = lipschitzLowerBound(observationsOf(trials));
  return {
    epsilon,
    spaceSize: space.length,
    hyperparameterSets,
    candidates,
    trials: trials.length,
    seeds,
    printedErrorBound: Math.abs(1 - epsilon),
    printedStepsBound: stepsBoundOf(run),
    search: [maximumPointCondition(beyondMaximumPoint(run))],
    weak: weakConditions(run),
    strong: strongConditions(run),
    ...(slope !== undefined && { lipschitzLowerBound: slope }),
    cost: costOf(run, candidates),
  };
}

/** `beyond`: candidates with more parameters than the maximum point, or a higher latency. */
export function maximumPointCondition(beyond: number): Condition {
  const name = "maximum point";
  return beyond === 0
    ? { name, status: "holds", note: "no candidate has more parameters or a higher latency" }
    : { name, status: "violated", note: `${beyond} of the candidates lay beyond it and were left out` };
}

function beyondMaximumPoint({ maximumPoint, rejected, trials }: CertifiedRun): number {
  const trained = trials.filter(({ parameters, latencyMs }) => parameters > maximumPoint.parameters || latencyMs > maximumPoint.latencyMs);
  return rejected + distinct(trained.map(({ arch }) => arch)).length;
}

function stepsBoundOf({ space, epsilon, hyperparameterSets, training, maximumPoint }: CertifiedRun): StepsBound {
  return {
    spaceSize: space.length,
    largestWeightSet: maximumPoint.parameters,
    ...(training !== undefined && { trainedExamples: (hyperparameterSets * training.batchSize * space.length) / epsilon }),
  };
}

function costOf({ space, hyperparameterSets, rejected, trials, seeds = 1, training }: CertifiedRun, candidates: number): SearchCost {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const flops = training === undefined ? undefined : seeds * sum(trials.map(({ arch, steps }) => training.flopsOf(arch, steps)));
  const seconds = sum(trials.map((trial) => trial.seconds));
  const all = Math.round((space.length * hyperparameterSets * candidates) / (candidates + rejected));
  const cost = (count: number): Cost => {
    const share = count / trials.length;
    return { trials: count, ...(flops !== undefined && { flops: share * flops }), seconds: share * seconds };
  };
  return { ...cost(trials.length), exhaustive: cost(all) };
}
