import { DataError } from "../data-error.js";
import { balanced } from "./balanced.js";
import { glueTasks } from "./glue.js";
import { type Casting, type CastTask, type PublishedTask, readSplit } from "./published-task.js";
import { raceTasks } from "./race.js";
import { superglueTasks } from "./superglue.js";
import { type TextTask } from "./text-task.js";

/** How a task is cast into classification. */
export interface TaskOptions {
  /** Default: the casting of Bort's paper, for an option or answer of a question one example that is right or wrong. */
  readonly casting?: Casting;
  /** Leaves out examples of training, chosen at random, so that no label has more than another. Default false. */
  readonly balance?: boolean;
  /** Chooses these. Default 0. */
  readonly seed?: number;
}

const published: readonly PublishedTask[] = [...glueTasks, ...superglueTasks, ...raceTasks];

/** The tasks of GLUE, SuperGLUE and RACE, cast as in Bort's paper. */
export const textTasks: readonly TextTask[] = published.map((task) => textTask(task, {}));

/**
 * The task of that name in any case, for example `sst-2`; the name of its folder will do, `mnli` or `diagnostic`.
 * Throws `data/unknown-task`, with the names there are, and `data/bad-option` for a casting that the task has not, or balance without labels.
 */
export function taskNamed(name: string, options: TaskOptions = {}): TextTask {
  return textTask(publishedTask(name), options);
}

/** What `taskNamed` finds, with where its files are. */
export function publishedTask(name: string): PublishedTask {
  const isName = (text: string): boolean => text.toLowerCase() === name.toLowerCase();
  const task = published.find((each) => isName(each.name)) ?? published.find((each) => each.folders.some(isName));
  if (task !== undefined) return task;
  throw new DataError("data/unknown-task", `data: there is no task "${name}"; the tasks are ${published.map((each) => each.name).join(", ")}`);
}

/** The castings that the task of that name has besides Bort's; throws `data/unknown-task`. */
export const castingsOf = (name: string): readonly Casting[] => Object.keys(publishedTask(name).castings ?? {}) as Casting[];

function textTask(task: PublishedTask, { casting, balance = false, seed = 0 }: TaskOptions): TextTask {
  const { name, splits, modelOf } = task;
  const { kind, labels, positive, metrics, cast } = casting === undefined ? task : castAs(task, casting);
  if (balance && labels.length === 0) throw new DataError("data/bad-option", `data: ${name} has values and no labels to balance; leave balance out`);
  return {
    name, kind, labels, metrics, splits, ...(positive !== undefined && { positive }), ...(modelOf !== undefined && { modelOf }),
    async examples(split, directory) {
      const examples = await readSplit({ ...task, labels, cast }, split, directory);
      return balance && split === "train" ? balanced(examples, seed) : examples;
    },
  };
}

function castAs({ name, castings = {} }: PublishedTask, casting: Casting): CastTask {
  const cast = castings[casting];
  if (cast !== undefined) return cast;
  const there = Object.keys(castings).join(", ");
  throw new DataError("data/bad-option", `data: ${name} has no casting "${casting}"${there === "" ? ", but its own alone" : ` but ${there}`}; leave it out for Bort's`);
}
