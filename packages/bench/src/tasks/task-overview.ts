import { DataError, type Split, type TaskKind, type TextExample, type TextTask } from "@bort/data";
import { BenchError } from "../bench-error.js";
import { type MetricValues } from "../metrics.js";
import { majorityPredictions } from "./majority-predictions.js";
import { isLabelled, scorePredictions } from "./score-predictions.js";

/** What a folder has of a task. */
export interface TaskOverview {
  readonly task: string;
  readonly kind: TaskKind;
  /** How many examples each split has; a split that the folder has not is left out. */
  readonly examples: Readonly<Partial<Record<Split, number>>>;
  /** Shares of the labels, 0 to 1, among the examples of the first split that has labels. Absent in regression, and where all are secret. */
  readonly labelShares?: Readonly<Record<string, number>>;
  /** What `majorityPredictions` of the training set are worth; of the scored split itself, where there is no training set. Absent where nothing can be scored. */
  readonly baseline?: { readonly split: Split; readonly metrics: Readonly<MetricValues> };
}

/** The splits in which a folder may have a task, as they are looked at for labels, and for a set to score on. */
const SPLITS: readonly Split[] = ["train", "dev", "test"];
const SCORED: readonly Split[] = ["dev", "test", "train"];

/**
 * Reads all that a folder has of a task; undefined where that is nothing.
 *
 * @throws DataError as reading the task does, but for a split that is not there
 */
export async function taskOverview(task: TextTask, directory: string): Promise<TaskOverview | undefined> {
  const there = new Map<Split, readonly TextExample[]>();
  for (const split of SPLITS) {
    const examples = await examplesIfThere(task, split, directory);
    if (examples !== undefined) there.set(split, examples);
  }
  if (there.size === 0) return undefined;
  const labelled = [...there.values()].find((examples) => examples.every(isLabelled));
  const baseline = baselineOf(task, there);
  return {
    task: task.name, kind: task.kind, examples: Object.fromEntries([...there].map(([split, examples]) => [split, examples.length])),
    ...(labelled !== undefined && task.kind !== "regression" && { labelShares: sharesOf(task, labelled) }),
    ...(baseline !== undefined && { baseline }),
  };
}

/** The examples of a split, or undefined where the task has no such split or the folder not its files; throws what reading the task throws besides. */
export async function examplesIfThere(task: TextTask, split: Split, directory: string): Promise<readonly TextExample[] | undefined> {
  if (!task.splits.includes(split)) return undefined;
  try {
    return await task.examples(split, directory);
  } catch (error) {
    if (error instanceof DataError && error.code === "data/missing-path") return undefined;
    throw error;
  }
}

/** The first split that is there with its labels, to score on: dev, else test, else train. */
const scoredSplit = (there: ReadonlyMap<Split, readonly TextExample[]>): Split | undefined =>
  SCORED.find((split) => there.get(split)?.every(isLabelled) === true);

function baselineOf(task: TextTask, there: ReadonlyMap<Split, readonly TextExample[]>): TaskOverview["baseline"] {
  const split = scoredSplit(there);
  if (split === undefined) return undefined;
  const examples = there.get(split)!;
  try {
    return { split, metrics: scorePredictions({ task, examples, predictions: majorityPredictions(task, there.get("train") ?? examples, examples) }) };
  } catch (error) {
    if (error instanceof BenchError && error.code === "bench/undefined-metric") return undefined; // a constant is correlated with nothing
    throw error;
  }
}

const sharesOf = ({ labels }: TextTask, examples: readonly TextExample[]): Readonly<Record<string, number>> =>
  Object.fromEntries(labels.map((label) => [label, examples.filter((example) => example.label === label).length / examples.length]));
