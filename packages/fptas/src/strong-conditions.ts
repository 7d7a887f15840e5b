import { type CertifiedRun } from "./certified-run.js";
import { type Condition } from "./condition.js";
import { clippedGradientNorm, gradientSlope, type StepObservation } from "./step-observation.js";
import { type ScoredTrial, type Trial } from "./trial.js";
import { written } from "./written.js";

/**
 * What the strong AB^nC property asks beyond the weak one: a loss that is bounded from below and L-Lipschitz smooth, weights in a compact set, bounded
 * stochastic gradients. Source: de Wynter 2020 (arXiv 2010.08512); Bort, appendix C.
 */
export function strongConditions(run: Pick<CertifiedRun, "gradientClip" | "space" | "training" | "trials">): Condition[] {
  const steps = observationsOf(run.trials);
  return [
    lossBelowCondition(run, steps),
    lossOnRunCondition(run, steps),
    gradientCondition(run.gradientClip, steps),
    compactCondition(run.gradientClip, steps),
    smoothnessCondition(run, steps),
  ];
}

/** Everything that was seen of the trials' steps. */
export const observationsOf = (trials: readonly Trial[]): StepObservation[] => trials.flatMap(({ observations = [] }) => observations);

/** The largest slope of the gradient that any observed step saw, which bounds its Lipschitz constant from below; `undefined` where none was observed. */
export function lipschitzLowerBound(steps: readonly StepObservation[]): number | undefined {
  const slopes = movementsOf(steps).map(({ movement }) => gradientSlope(movement)).filter((slope) => !Number.isNaN(slope));
  return slopes.length === 0 ? undefined : largest(slopes);
}

function lossBelowCondition({ trials }: Pick<CertifiedRun, "trials">, steps: readonly StepObservation[]): Condition {
  const name = "loss bounded below";
  const seen = [...steps.map(({ loss }) => loss), ...scored(trials).flatMap(({ error, errors = [error] }) => errors)];
  if (seen.some((loss) => loss < 0)) return { name, status: "violated", note: `it must be 0 or more, and was ${written(smallest(seen))}` };
  return { name, status: "by-construction", note: `an error below 0 fails its trial${seen.length === 0 ? "" : `; the smallest loss seen is ${written(smallest(seen))}`}` };
}

function lossOnRunCondition({ trials }: Pick<CertifiedRun, "trials">, steps: readonly StepObservation[]): Condition {
  const name = "loss bounded on this run";
  const failed = trials.length - scored(trials).length;
  if (steps.length === 0) return { name, status: "unchecked", note: "no step was observed" };
  const losses = steps.map(({ loss }) => loss);
  const range = `between ${written(smallest(losses))} and ${written(largest(losses))} in ${countOf(steps.length, "step")}`;
  if (!losses.every(Number.isFinite)) return { name, status: "violated", note: `a loss was not finite: ${range}` };
  return failed === 0
    ? { name, status: "holds", note: `it lay ${range}` }
    : { name, status: "unchecked", note: `it lay ${range}, but ${countOf(failed, "trial")} failed and may have left these bounds` };
}

/** Float32 sums and products leave the norm that was clipped uncertain by this share. */
const clippingTolerance = 1e-4;

function gradientCondition(clip: number | undefined, steps: readonly StepObservation[]): Condition {
  const name = "bounded stochastic gradients";
  const raw = steps.length === 0 ? "" : `; before clipping, norms reached ${written(largest(steps.map(({ gradientNorm }) => gradientNorm)))}`;
  if (clip === undefined || clip === Infinity) return { name, status: "unchecked", note: `the training is not known to clip its gradients${raw}` };
  const taken = movementsOf(steps).map(({ movement, learningRate }) => clippedGradientNorm(movement, learningRate));
  if (taken.length === 0) return { name, status: "by-construction", note: `gradients are clipped at norm ${written(clip)}${raw}` };
  const beyond = taken.filter(({ norm, roundOff }) => norm > clip * (1 + clippingTolerance) + roundOff).length;
  const reached = `the largest norm that a step was taken with is ${written(largest(taken.map(({ norm }) => norm)))}, in ${countOf(taken.length, "observed step")}`;
  return beyond === 0
    ? { name, status: "holds", note: `gradients are clipped at norm ${written(clip)}, and ${reached}${raw}` }
    : { name, status: "violated", note: `${countOf(beyond, "step")} went beyond norm ${written(clip)}: ${reached}${raw}` };
}

/** Source: Bort, theorem 1 and remark 2. */
function compactCondition(clip: number | undefined, steps: readonly StepObservation[]): Condition {
  const name = "weights in a compact set";
  const norms = movementsOf(steps).map(({ movement }) => movement.parameterNorm);
  const seen = norms.length === 0 ? "" : `; their norm lay between ${written(smallest(norms))} and ${written(largest(norms))}, of which theorem 1 needs 1 or more`;
  if (norms.some((norm) => norm < 1)) return { name, status: "violated", note: `theorem 1 needs a norm of 1 or more, and it was ${written(smallest(norms))}` };
  return clip === undefined || clip === Infinity
    ? { name, status: "unchecked", note: `without clipping no bound on the length of a step is known${seen}` }
    : { name, status: "by-construction", note: `a candidate takes a bounded number of steps of bounded length${seen}` };
}

function smoothnessCondition({ space, training }: Pick<CertifiedRun, "space" | "training">, steps: readonly StepObservation[]): Condition {
  const name = "loss L-Lipschitz smooth";
  if (training !== undefined && space.some((arch) => training.encoderOf(arch).activation === "relu")) return { name, status: "violated", note: "ReLU has no derivative at 0, so the gradient jumps" };
  const bound = lipschitzLowerBound(steps);
  const argued = "Bort's theorem 1 argues so for weights in a compact set; a run cannot show it";
  return { name, status: "unchecked", note: bound === undefined ? argued : `${argued}, but that L is at least ${written(bound)}, the steepest that the gradient was seen to change` };
}

const scored = (trials: readonly Trial[]): ScoredTrial[] => trials.filter((trial) => trial.status === "scored");

type Moved = StepObservation & Required<Pick<StepObservation, "movement">>;

/** The steps that were looked at closely and moved something. */
const movementsOf = (steps: readonly StepObservation[]): Moved[] => steps.filter((step): step is Moved => step.movement !== undefined && step.learningRate > 0);

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), -Infinity);
const smallest = (values: readonly number[]): number => values.reduce((least, value) => Math.min(least, value), Infinity);
const countOf = (count: number, what: string): string => `${written(count)} ${what}${count === 1 ? "" : "s"}`;
