import { type MetricName, type TextExample, type TextTask } from "@bort/data";
import { BenchError } from "../bench-error.js";
import { accuracy, matthewsCorrelation, type MetricValues } from "../metrics.js";
import { textExactMatch, tokenF1 } from "./answer-overlap.js";
import { chosenOptions, groupsOf } from "./chosen-options.js";
import { pearsonCorrelation, spearmanCorrelation } from "./correlation.js";
import { f1Score, macroF1 } from "./f1-score.js";
import { genderParity, groupExactMatch, shareOf } from "./group-metrics.js";
import { requirePairs } from "./require-values.js";

/** What a model says of an example: its label; in regression its value; of an option of a choice, how likely it is right, on any rising scale. */
export type Prediction = string | number;

/** Examples of a task, and what a model says of each. */
export interface TaskPredictions {
  readonly task: TextTask;
  readonly examples: readonly TextExample[];
  /** One for each example, in their order. */
  readonly predictions: readonly Prediction[];
}

/** Scores by name; null for a metric that is undefined for these predictions, as a correlation with a constant is. */
export type ScoresWhereDefined = Partial<Record<MetricName, number | null>>;

const metrics: Readonly<Record<MetricName, (given: TaskPredictions) => number>> = {
  accuracy: (given) => (given.task.kind === "choice" ? rightChoices(given) : accuracy(...classesOf(given))),
  matthews: (given) => matthewsCorrelation(...classesOf(given)),
  f1: (given) => f1Score(...classesOf(given), classOf(given.task, given.task.positive)),
  macroF1: (given) => macroF1(...classesOf(given), given.task.labels.length),
  pearson: (given) => pearsonCorrelation(...valuesOf(given)),
  spearman: (given) => spearmanCorrelation(...valuesOf(given)),
  groupExactMatch: (given) => groupExactMatch(...classesOf(given), groupsOf(given.examples)),
  genderParity: (given) => genderParity(given.predictions, groupsOf(given.examples)),
  tokenF1: (given) => meanOverlap(given, tokenF1),
  textExactMatch: (given) => meanOverlap(given, textExactMatch),
};

/**
 * The metrics of a task, in its order, as its leaderboard computes them.
 *
 * @throws BenchError `bench/no-labels` where an example's label or value is secret, `bench/undefined-metric`, `bench/bad-label` for a prediction that the task
 * cannot have, `bench/lengths-differ`, `bench/no-examples`, `bench/no-group`
 */
export const scorePredictions = (given: TaskPredictions): MetricValues => scoresBy(given, (name) => metrics[name](given));

/** The same, with null for a metric that is undefined; throws what `scorePredictions` throws besides. */
export const scoresWhereDefined = (given: TaskPredictions): ScoresWhereDefined => scoresBy(given, (name) => nullWhereUndefined(() => metrics[name](given)));

function scoresBy<Score>({ task, examples, predictions }: TaskPredictions, score: (name: MetricName) => Score): Partial<Record<MetricName, Score>> {
  requirePairs(predictions, examples);
  if (!examples.every(isLabelled)) {
    throw new BenchError("bench/no-labels", `bench: these examples of ${task.name} have no labels to compare with, as most test sets keep theirs secret; score those of dev`);
  }
  return Object.fromEntries(task.metrics.map((name) => [name, score(name)]));
}

function nullWhereUndefined(score: () => number): number | null {
  try {
    return score();
  } catch (error) {
    if (error instanceof BenchError && error.code === "bench/undefined-metric") return null;
    throw error;
  }
}

/** Whether the label or value of an example is known. */
export const isLabelled = ({ label, value }: TextExample): boolean => label !== undefined || value !== undefined;

/** The numbers of the classes: predicted, true. */
const classesOf = ({ task, examples, predictions }: TaskPredictions): readonly [predicted: readonly number[], gold: readonly number[]] =>
  [predictions.map((prediction) => classOf(task, prediction)), examples.map(({ label }) => classOf(task, label))];

function classOf({ name, labels }: TextTask, label: Prediction | undefined): number {
  const number = labels.indexOf(label as string);
  if (number !== -1) return number;
  throw new BenchError("bench/bad-label", `bench: ${name} has the labels ${labels.join(", ")}, got ${JSON.stringify(label)}`);
}

const valuesOf = ({ examples, predictions }: TaskPredictions): readonly [predicted: readonly number[], gold: readonly number[]] =>
  [predictions as readonly number[], examples.map(({ value }) => value!)];

const chosenOf = ({ examples, predictions }: TaskPredictions): ReturnType<typeof chosenOptions> => chosenOptions(examples, predictions as readonly number[]);

const rightChoices = (given: TaskPredictions): number => shareOf(chosenOf(given), ({ chosen }) => chosen.label === given.task.positive);

/** The mean over questions of how much the text of the chosen option is like that of a right one. */
function meanOverlap(given: TaskPredictions, overlap: (answer: string, right: readonly string[]) => number): number {
  const overlaps = chosenOf(given).map(({ chosen, options }) => {
    const right = options.filter(({ label }) => label === given.task.positive);
    if (right.length === 0) {
      throw new BenchError("bench/no-labels", `bench: question ${chosen.group} of ${given.task.name} needs an option that is right, got none; leave the question out`);
    }
    return overlap(chosen.answer!, right.map(({ answer }) => answer!));
  });
  return overlaps.reduce((sum, value) => sum + value, 0) / overlaps.length;
}
