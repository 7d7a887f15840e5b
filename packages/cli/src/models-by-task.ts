import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Casting, type TextTask, taskNamed, textTasks } from "@bort/data";
import { usageError } from "./cli-error.js";
import { settingsOfRun } from "./settings-of-run.js";

/** A fine-tuned model and the task that it was trained on. */
export interface ModelOfTask {
  readonly folder: string;
  readonly task: TextTask;
}

/**
 * The model of each task, by its name. `paths` are folders of `bort finetune`, whose `run.json` tells the task, or folders of such that are named by tasks.
 *
 * @throws CliError `cli/usage` where a path holds no model of a task, or two hold one of the same
 */
export function modelsByTask(paths: readonly string[]): ReadonlyMap<string, ModelOfTask> {
  const models = new Map<string, ModelOfTask>();
  for (const found of paths.flatMap(modelsIn)) {
    const other = models.get(found.task.name);
    if (other !== undefined) throw usageError(`--model needs one model of ${found.task.name}, got ${other.folder} and ${found.folder}; leave one out`);
    models.set(found.task.name, found);
  }
  return models;
}

function modelsIn(path: string): readonly ModelOfTask[] {
  if (isModel(path)) return [{ folder: path, task: taskOfRun(path) ?? missing(path, "run.json that tells its task") }];
  const folders = isFolder(path) ? readdirSync(path).sort() : [];
  const found = folders.filter((name) => isTask(name) && isModel(join(path, name))).map((name): ModelOfTask => {
    const folder = join(path, name);
    return { folder, task: taskNamed(name, castingOf(folder)) };
  });
  return found.length > 0 ? found : missing(path, "model, and no folder with one that is named as a task");
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();
const isModel = (folder: string): boolean => existsSync(join(folder, "config.json"));
const isTask = (name: string): boolean => textTasks.some((task) => task.name.toLowerCase() === name.toLowerCase());

function missing(path: string, what: string): never {
  throw usageError(`--model needs models of tasks: ${path} has no ${what}; give the folder of bort finetune, or one that holds such as CoLA, RTE and so on`);
}

const castingOf = (folder: string): { readonly casting?: Casting } => {
  const { casting } = settingsOfRun(folder);
  return casting === undefined ? {} : { casting };
};

function taskOfRun(folder: string): TextTask | undefined {
  const { task } = settingsOfRun(folder);
  return task === undefined ? undefined : taskNamed(task, castingOf(folder));
}
