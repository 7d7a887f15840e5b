import { maxSequence } from "@bort/arch";
import { type ScoresWhereDefined, type TaskPredictions, isLabelled, metricsText, predictTask, requireSubmissions, scorePredictions, writeSubmission } from "@bort/bench";
import { type Split, type TextTask } from "@bort/data";
import { type Backend } from "@bort/graph";
import { loadClassifier } from "@bort/nn";

export interface EvaluateSplitOptions {
  readonly backend: Backend;
  /** Folder of the model. */
  readonly model: string;
  readonly task: TextTask;
  readonly directory: string;
  /** Default: dev, or test where the task has no dev, or a submission is asked for. */
  readonly split?: Split | undefined;
  /** Folder for the file that a leaderboard takes. Default: none is written. */
  readonly submission?: string | undefined;
  readonly batchSize: number;
  readonly maxLength: number;
  readonly signal: AbortSignal;
  /** Default: `scorePredictions`, for which an undefined metric is an error. */
  readonly score?: (given: TaskPredictions) => ScoresWhereDefined;
}

/** How a model did on a split, and where its predictions are. */
export interface EvaluatedSplit {
  readonly task: string;
  readonly split: Split;
  readonly examples: number;
  /** Absent where a submission was asked for and the labels are secret. */
  readonly metrics?: Readonly<ScoresWhereDefined>;
  readonly submission?: string;
}

/**
 * Scores a model on a split of a task, or writes its predictions.
 *
 * @throws what `loadClassifier`, `predictTask`, `score` and `writeSubmission` throw, the last before any work where no leaderboard takes the task; the signal's reason
 */
export async function evaluateSplit(options: EvaluateSplitOptions): Promise<EvaluatedSplit> {
  const { backend, task, directory, submission, batchSize, signal, score = scorePredictions } = options;
  if (submission !== undefined) requireSubmissions(task.name);
  const { model, tokenizer } = loadClassifier(options.model);
  const split = splitOf(options);
  const given = await predictTask({ backend, model, tokenizer, task, directory, split, batchSize, signal, maxLength: Math.min(options.maxLength, maxSequence(model.arch)) });
  return {
    task: task.name, split, examples: given.examples.length,
    ...((submission === undefined || given.examples.every(isLabelled)) && { metrics: score(given) }),
    ...(submission !== undefined && { submission: writeSubmission(submission, given) }),
  };
}

/** The split that is evaluated. */
export const splitOf = ({ split, submission, task }: Pick<EvaluateSplitOptions, "split" | "submission" | "task">): Split =>
  split ?? (submission !== undefined || !task.splits.includes("dev") ? "test" : "dev");

/** What was found, in a line. */
export const evaluatedLine = ({ task, split, examples, metrics, submission }: EvaluatedSplit): string =>
  `${task} ${split}: ${metrics === undefined ? "predictions" : metricsText(metrics)} on ${examples} examples${submission === undefined ? "" : `; predictions are in ${submission}`}`;
