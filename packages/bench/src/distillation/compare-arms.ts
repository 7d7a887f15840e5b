import { type MeanInterval, meanInterval } from "../mean-interval.js";
import { type LearningCurve, SMOOTHING_WINDOW, type Steps, smoothAccuracy, stepsToReach, valueAt } from "./learning-curve.js";

/** A student trained twice from the same weights on the same batches. */
export interface ArmPair {
  readonly seed: number;
  /** By the labels alone. */
  readonly selfSupervised: LearningCurve;
  /** By the labels and a teacher. */
  readonly distilled: LearningCurve;
}

/** How many steps each way took to the accuracy that the self-supervised one had at some share of its steps. */
export interface SeedComparison {
  readonly seed: number;
  readonly accuracy: number;
  readonly selfSupervisedSteps: number;
  /** Null where no evaluation of the run was that good. */
  readonly distilledSteps: number | null;
  /** Distilled over self-supervised: below 1, distillation saves steps. */
  readonly ratio: number | null;
}

export interface ThresholdComparison {
  /** Share of the self-supervised steps at which the accuracy to reach was taken. */
  readonly share: number;
  readonly seeds: readonly SeedComparison[];
  /** Of the seeds' ratios; null where one has none, or there is one seed alone. */
  readonly ratio: MeanInterval | null;
}

/** Accuracies at the end, and their difference seed by seed. */
export interface EndComparison {
  readonly selfSupervised: readonly number[];
  readonly distilled: readonly number[];
  /** Null of one seed alone, as the others. */
  readonly selfSupervisedMean: MeanInterval | null;
  readonly distilledMean: MeanInterval | null;
  /** Distilled less self-supervised. */
  readonly gain: MeanInterval | null;
}

export interface ArmComparison {
  /** Evaluations that each point of a smoothed curve is the mean of. */
  readonly window: number;
  readonly thresholds: readonly ThresholdComparison[];
  readonly end: EndComparison;
}

export interface CompareArmsOptions {
  /** Default 3. */
  readonly window?: number;
  /** Default 1 and 1/2. */
  readonly shares?: readonly number[];
}

/** Compares both ways by their smoothed curves: steps to the same accuracy, and the accuracy at the end. */
export function compareArms(pairs: readonly ArmPair[], { window = SMOOTHING_WINDOW, shares = [1, 0.5] }: CompareArmsOptions = {}): ArmComparison {
  const curves = pairs.map(({ seed, selfSupervised, distilled }) =>
    ({ seed, selfSupervised: smoothAccuracy(selfSupervised, window), distilled: smoothAccuracy(distilled, window) }));
  const [selfSupervised, distilled] = [curves.map((pair) => endOf(pair.selfSupervised)), curves.map((pair) => endOf(pair.distilled))];
  return {
    window,
    thresholds: shares.map((share) => {
      const seeds = curves.map((pair) => compareSeed(pair, share));
      return { share, seeds, ratio: intervalOf(seeds.map(({ ratio }) => ratio)) };
    }),
    end: {
      selfSupervised, distilled, selfSupervisedMean: intervalOf(selfSupervised), distilledMean: intervalOf(distilled),
      gain: intervalOf(distilled.map((accuracy, i) => accuracy - selfSupervised[i]!)),
    },
  };
}

/** An {@link ArmPair} whose accuracies are smoothed. */
interface SmoothPair {
  readonly seed: number;
  readonly selfSupervised: Steps;
  readonly distilled: Steps;
}

function compareSeed({ seed, selfSupervised, distilled }: SmoothPair, share: number): SeedComparison {
  const accuracy = valueAt(selfSupervised, share * selfSupervised.at(-1)![0]);
  const selfSupervisedSteps = stepsToReach(selfSupervised, accuracy)!;
  const distilledSteps = stepsToReach(distilled, accuracy) ?? null;
  return { seed, accuracy, selfSupervisedSteps, distilledSteps, ratio: distilledSteps === null ? null : distilledSteps / selfSupervisedSteps };
}

const endOf = (curve: Steps): number => curve.at(-1)![1];

function intervalOf(values: readonly (number | null)[]): MeanInterval | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length && known.length >= 2 ? meanInterval(known) : null;
}
