import { type Casting, type TextTask, castingsOf, ownTask, taskNamed } from "@bort/data";
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
type OwnKind = (typeof ownKinds)[number];
const ownKindOf = (task: string): OwnKind | undefined => ownKinds.find((each) => each === task);
/** The options of tasks of one's own alone. */
export const ownNames: readonly (keyof TaskFlags)[] = ["train", "dev", "test", "text", "pair", "label"];

/** The values of these options. */
export type TaskFlags = OptionValues<TaskOptions> & { readonly test?: string | undefined };

/** A task, and the folder to read it from. */
export interface TaskData {
  readonly task: TextTask;
  readonly directory: string;
}

/** What a model that is there already tells of the task that it has learned. */
export interface LearnedTask {
  readonly casting: Casting | undefined;
  /** None for a value; asked for where the files are the user's own. */
  labels(): readonly string[];
}

/** Whether there is such a task, known before anything is downloaded for it; throws what `castingsOf` throws. */
export function checkTask(task: string): void {
  if (ownKindOf(task) === undefined) castingsOf(task);
}

/** The casting that is given, or else the one that a model has learned, where the task has it; a task of the user's own has none. */
export const castingFor = (task: string, given: Casting | undefined, learned: Casting | undefined): Casting | undefined =>
  given ?? (ownKindOf(task) === undefined ? castingsOf(task).find((each) => each === learned) : undefined);

/**
 * The task that the options of a command name: a published one, whose files are downloaded where no folder is given, or one of the user's own. What a model has
 * `learned` stands in for a casting that is not given, and for a training file of the user's own.
 *
 * @throws CliError `cli/usage` for options of the other kind; what `taskNamed`, `ownTask`, `findTaskData` and `learned` throw
 */
export async function taskOf(options: TaskFlags & { readonly quiet: boolean }, context: FindModelContext, learned?: LearnedTask): Promise<TaskData> {
  const { task: name } = options;
  const kind = ownKindOf(name);
  if (kind !== undefined) return { task: await ownTaskOf(kind, options, learned), directory: "" };
  refuseOptions(options, ownNames, `--task ${name} has files of its own`);
  const casting = castingFor(name, options.casting, learned?.casting);
  const task = taskNamed(name, { ...(casting !== undefined && { casting }) });
  return { task, directory: await findTaskData(name, options.data, options, context) };
}

async function ownTaskOf(kind: OwnKind, options: TaskFlags, learned: LearnedTask | undefined): Promise<TextTask> {
  refuseOptions(options, ["data", "casting"], `--task ${kind} reads the files that --train and --dev name`);
  const { train, dev, test, text: column, pair, label } = options;
  const files = { ...(train !== undefined && { train }), ...(dev !== undefined && { dev }), ...(test !== undefined && { test }) };
  const hasFile = learned === undefined ? train !== undefined : Object.keys(files).length > 0;
  if (!hasFile || column === undefined || label === undefined) {
    const needed = learned === undefined ? "--train" : "--dev, --test or --train";
    throw usageError(`--task ${kind} needs ${needed}, a file, and --text and --label, columns of it, got ${givenOf(options, ownNames).join(", ") || "none of them"}`);
  }
  const labels = kind === "classification" ? learned?.labels() : undefined;
  if (labels?.length === 0) throw usageError("--task classification needs a model of labels, and --model is one of a value; give --task regression");
  return ownTask({ ...files, kind, text: column, label, ...(pair !== undefined && { pair }), ...(labels !== undefined && { labels }) });
}

/** @throws CliError `cli/usage` where one of these options is given */
export function refuseOptions(options: TaskFlags, names: readonly (keyof TaskFlags)[], reason: string): void {
  const [first] = givenOf(options, names);
  if (first !== undefined) throw usageError(`${reason}, so ${first} means nothing there; leave it out`);
}

const givenOf = (options: TaskFlags, names: readonly (keyof TaskFlags)[]): string[] =>
  names.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
