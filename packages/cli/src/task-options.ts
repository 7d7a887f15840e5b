import { type Casting, type TextTask, ownTask, taskNamed } from "@bort/data";
import { usageError } from "./cli-error.js";
import { type FindModelContext } from "./find-model.js";
import { findTaskData } from "./find-task-data.js";
import { type Option, type OptionValues, choice, described, required, text } from "./options.js";

// A type, not an interface: a table of options is indexed by any name.
export type TaskOptions = {
  readonly task: Option<string>;
  readonly data: Option<string | undefined>;
  readonly casting: Option<Casting | undefined>;
  readonly train: Option<string | undefined>;
  readonly dev: Option<string | undefined>;
  readonly text: Option<string | undefined>;
  readonly pair: Option<string | undefined>;
  readonly label: Option<string | undefined>;
};

/** Which task, and where its files are; `others` are further names that a command takes. */
export const taskOptions = (others = ""): TaskOptions => ({
  task: required(text("NAME", `task of GLUE, SuperGLUE or RACE, for example sst-2, copa or race-m; classification or regression, of files of your own${others}`)),
  data: described(text("DIR", "folder with the task's files, as published or as on Hugging Face's hub"), "downloaded from there"),
  casting: described(choice(["multiple-choice", "marked-spans"], "another way to put the task as classification, where it has one"), "that of Bort's paper"),
  train: text("FILE", "of your own: the .csv, .tsv, .jsonl or .parquet file to train on, which has all labels"),
  dev: text("FILE", "of your own: what to measure on"),
  text: text("COLUMN", "of your own: where the text is"),
  pair: text("COLUMN", "of your own: where a second text is"),
  label: text("COLUMN", "of your own: where the label is, or the value"),
});

/** For commands that predict: the third file of a task of one's own. */
export const testOption: Option<string | undefined> = text("FILE", "of your own: what to predict, labelled or not");

const ownKinds = ["classification", "regression"] as const;
/** The options of tasks of one's own alone. */
export const ownNames: readonly (keyof TaskFlags)[] = ["train", "dev", "test", "text", "pair", "label"];

/** The values of these options. */
export type TaskFlags = OptionValues<TaskOptions> & { readonly test?: string | undefined };

/** A task, and the folder to read it from. */
export interface TaskData {
  readonly task: TextTask;
  readonly directory: string;
}

/**
 * The task that the options of a command name: a published one, whose files are downloaded where no folder is given, or one of the user's own.
 *
 * @throws CliError `cli/usage` for options of the other kind; what `taskNamed`, `ownTask` and `findTaskData` throw
 */
export async function taskOf(options: TaskFlags & { readonly quiet: boolean }, context: FindModelContext): Promise<TaskData> {
  const { task: name, casting, train, dev, test, text: column, pair, label } = options;
  const kind = ownKinds.find((each) => each === name);
  if (kind === undefined) {
    refuseOptions(options, ownNames, `--task ${name} has files of its own`);
    const task = taskNamed(name, { ...(casting !== undefined && { casting }) });
    return { task, directory: await findTaskData(name, options.data, options, context) };
  }
  refuseOptions(options, ["data", "casting"], `--task ${name} reads the files that --train and --dev name`);
  if (train === undefined || column === undefined || label === undefined) {
    throw usageError(`--task ${name} needs --train, a file, and --text and --label, columns of it, got ${givenOf(options, ownNames).join(", ") || "none of them"}`);
  }
  const files = { train, ...(dev !== undefined && { dev }), ...(test !== undefined && { test }) };
  return { task: await ownTask({ ...files, kind, text: column, label, ...(pair !== undefined && { pair }) }), directory: "" };
}

/** @throws CliError `cli/usage` where one of these options is given */
export function refuseOptions(options: TaskFlags, names: readonly (keyof TaskFlags)[], reason: string): void {
  const [first] = givenOf(options, names);
  if (first !== undefined) throw usageError(`${reason}, so ${first} means nothing there; leave it out`);
}

const givenOf = (options: TaskFlags, names: readonly (keyof TaskFlags)[]): string[] =>
  names.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
