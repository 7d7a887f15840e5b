import { DataError } from "../data-error.js";
import { type Cast } from "./castings.js";
import { parquetRows } from "./file-rows.js";
import { findSplit } from "./find-split.js";
import { type TaskRow } from "./task-row.js";
import { type Split, type TextExample, type TextTask } from "./text-task.js";

/**
 * Another way than Bort's to cast a task into classification.
 * - `multiple-choice`: all options of a question in one example, which is labelled by the right one (COPA, RACE)
 * - `marked-spans`: marks in the text around the spans that are asked about (WiC, WSC)
 */
export type Casting = "multiple-choice" | "marked-spans";

/** What a casting decides. */
export interface CastTask extends Pick<TextTask, "kind" | "labels" | "positive" | "metrics"> {
  /** Whole numbers are labels by their position in `labels`, as the publisher has numbered them. */
  readonly cast: Cast;
}

/** A task of a benchmark: what it is, and where its published files have it. */
export interface PublishedTask extends CastTask, Pick<TextTask, "name" | "splits" | "modelOf"> {
  readonly suite: "glue" | "superglue" | "race";
  /** The names that its folder may have: in the original download first, on Hugging Face's hub last. */
  readonly folders: readonly [string, ...string[]];
  /** The split's name on the hub. */
  readonly hubSplits: Readonly<Record<Split, string>>;
  readonly castings?: Readonly<Partial<Record<Casting, CastTask>>>;
  /** The files of a split in a folder, in the original layout; none where the folder has it not. */
  find(folder: string, split: Split): readonly string[];
  /** The rows of such a file. */
  rows(path: string, split: Split): AsyncIterable<TaskRow>;
}

export const HUB_SPLITS: PublishedTask["hubSplits"] = { train: "train", dev: "validation", test: "test" };

/**
 * The examples of a split, in the order of the files.
 * Throws `data/bad-option` for a split that the task has not, `data/missing-path`, `data/empty-file` for a split without examples, `data/missing-column` where
 * the labels of `train` or `dev` are missing, `data/missing-label` where `train` has no example of a label, and what the readers throw.
 */
export async function readSplit(task: PublishedTask, split: Split, directory: string): Promise<readonly TextExample[]> {
  requireSplit(task, split);
  const paths = findSplit(task, split, directory);
  const examples: TextExample[] = [];
  let position = 0;
  for await (const row of rowsOf(task, split, paths)) {
    for (const example of task.cast(row, position++)) {
      if (split !== "test") requireTarget(example, row);
      examples.push(example);
    }
  }
  requireExamples(examples, paths[0]);
  if (split === "train") requireEveryLabel(examples, task.labels, paths[0]);
  return examples;
}

async function* rowsOf(task: PublishedTask, split: Split, paths: readonly string[]): AsyncGenerator<TaskRow> {
  for (const path of paths) yield* path.endsWith(".parquet") ? parquetRows(path) : task.rows(path, split);
}

/** Throws `data/empty-file` where a split has no example. */
export function requireExamples(examples: readonly TextExample[], path: string): void {
  if (examples.length === 0) throw new DataError("data/empty-file", `data: ${path} has no row of data; give a file with at least one`);
}

/** Throws `data/missing-label` where there is a label that no example has: a model would never learn it. */
export function requireEveryLabel(examples: readonly TextExample[], labels: readonly string[], path: string): void {
  const found = new Set(examples.map(({ label }) => label));
  const missing = labels.find((label) => !found.has(label));
  if (missing === undefined) return;
  throw new DataError("data/missing-label", `data: ${path} has no example of the label ${JSON.stringify(missing)} of ${labels.join(", ")}; train on a file that has some of each`);
}

function requireSplit({ name, splits, modelOf }: PublishedTask, split: Split): void {
  if (splits.includes(split)) return;
  const advice = modelOf === undefined ? "" : `; a model of ${modelOf} predicts it`;
  throw new DataError("data/bad-option", `data: ${name} has no split "${split}" but ${splits.join(", ")}${advice}`);
}

/** Throws `data/missing-column` for an example without label or value. */
export function requireTarget({ label, value }: TextExample, { place, fields }: TaskRow): void {
  if (label !== undefined || value !== undefined) return;
  throw new DataError("data/missing-column", `data: ${place} has no label (fields: ${Object.keys(fields).slice(0, 12).join(", ")}); give a file with labels`);
}
