import { type TaskOverview, consoleTable, examplesIfThere, overviewTable, scoresWhereDefined, takesSubmissions, taskOverview } from "@bort/bench";
import { textTasks, untilAborted } from "@bort/data";
import { usageError } from "./cli-error.js";
import { type EvaluateSplitOptions, type EvaluatedSplit, evaluateSplit, splitOf } from "./evaluate-split.js";
import { modelsByTask } from "./models-by-task.js";

/** What a folder has of every task. */
export interface AllTasks {
  readonly tasks: readonly TaskOverview[];
}

/** What `directory` has of every task; @throws CliError `cli/usage` where that is nothing; what reading the tasks throws; the signal's reason */
export async function allTasks(directory: string, signal: AbortSignal): Promise<AllTasks> {
  const tasks: TaskOverview[] = [];
  for (const task of untilAborted(textTasks, signal)) {
    const overview = await taskOverview(task, directory);
    if (overview !== undefined) tasks.push(overview);
  }
  if (tasks.length > 0) return { tasks };
  throw usageError(`--data needs a folder with files of GLUE, SuperGLUE or RACE, for example as glue/CoLA/dev.tsv; ${directory} has none of them`);
}

export const allTasksText = ({ tasks }: AllTasks): string => consoleTable(overviewTable(tasks));

export type EvaluateAllOptions = Omit<EvaluateSplitOptions, "model" | "task" | "score"> & { readonly models: readonly string[] };

/**
 * Evaluates the model of each task on it, and on the diagnostic sets that it predicts, one after the other, as far as their files are there; with a
 * submission, those that a leaderboard takes. A metric that is undefined for what a model says is null, and the others go on.
 *
 * @throws CliError `cli/usage` for models of no task, or where there is nothing to evaluate them on; what `evaluateSplit` throws
 */
export async function* evaluateAll({ models, ...options }: EvaluateAllOptions): AsyncGenerator<EvaluatedSplit> {
  const found = modelsByTask(models);
  let count = 0;
  for (const published of untilAborted(textTasks, options.signal)) {
    const { folder, task } = found.get(published.name) ?? { ...found.get(published.modelOf ?? ""), task: published };
    if (folder === undefined || (options.submission !== undefined && !takesSubmissions(task.name))) continue;
    if ((await examplesIfThere(task, splitOf({ ...options, task }), options.directory)) === undefined) continue;
    count++;
    yield await evaluateSplit({ ...options, model: folder, task, score: scoresWhereDefined });
  }
  if (count === 0) throw usageError(`--data has no files to evaluate ${[...found.keys()].join(", ")} on; give the folder that holds them, or another --split`);
}
