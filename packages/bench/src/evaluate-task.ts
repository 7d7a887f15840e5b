import { type Split } from "@bort/data";
import { type MetricValues } from "./metrics.js";
import { type PredictTaskOptions, predictTask } from "./predict-task.js";
import { scorePredictions } from "./tasks/score-predictions.js";

export type EvaluateTaskOptions = PredictTaskOptions;

export interface TaskScore {
  readonly task: string;
  readonly split: Split;
  readonly examples: number;
  /** By name, the one that models are ranked by first. */
  readonly metrics: Readonly<MetricValues>;
}

/**
 * Scores a classifier on all examples of a task's split.
 *
 * @throws BenchError `bench/no-labels` for a split whose labels are secret, `bench/undefined-metric` for a model of a value that says the same of all, and
 * what `predictTask` throws
 */
export async function evaluateTask(options: EvaluateTaskOptions): Promise<TaskScore> {
  const { task, split = "dev" } = options;
  const given = await predictTask(options);
  return { task: task.name, split, examples: given.examples.length, metrics: scorePredictions(given) };
}
