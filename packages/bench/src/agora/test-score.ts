import { type TextTask } from "@bort/data";
import { predictTask, type PredictTaskOptions } from "../predict-task.js";
import { scorePredictions, type TaskPredictions } from "../tasks/score-predictions.js";

/** How well a model does on a task's dev split, which nothing was chosen by. */
export interface TestScore {
  /** The task's first metric. */
  readonly metric: number;
  /** The mean over labels of the share of its examples that have it predicted: what accuracy on a balanced E is to be compared with. */
  readonly meanRecall: number;
}

/** Scores a classifier of a task; throws what `predictTask` throws. */
export async function testScore(options: Omit<PredictTaskOptions, "split">): Promise<TestScore> {
  const given = await predictTask(options);
  return { metric: scorePredictions(given)[options.task.metrics[0]!]!, meanRecall: meanRecall(given) };
}

/** Of the labels that occur; an option of a choice is predicted to be right where that is likelier than not. */
export function meanRecall({ task, examples, predictions }: TaskPredictions): number {
  const recalls = task.labels.flatMap((label) => {
    const places = examples.flatMap((example, i) => (example.label === label ? i : []));
    return places.length === 0 ? [] : places.filter((place) => labelOf(task, predictions[place]!) === label).length / places.length;
  });
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

function labelOf({ kind, labels, positive }: TextTask, prediction: number | string): string {
  if (kind !== "choice") return String(prediction);
  return Number(prediction) > 0 ? positive! : labels.find((label) => label !== positive)!;
}
