import { DataError } from "../data-error.js";
import { fileRows } from "./file-rows.js";
import { requireEveryLabel, requireExamples, requireTarget } from "./published-task.js";
import { type TaskRow } from "./task-row.js";
import { type Split, type TextExample, type TextTask } from "./text-task.js";

/** Files of one's own with named columns: CSV, TSV (without quoting), JSON Lines or Parquet, as their endings say. */
export interface OwnTaskOptions {
  /** One of the three is needed. */
  readonly train?: string;
  readonly dev?: string;
  readonly test?: string;
  /** The column of the text. */
  readonly text: string;
  /** The column of a second text. Default none. */
  readonly pair?: string;
  /** The column of the label, or of the value in regression; the test file need not have it. */
  readonly label: string;
  /** What a label can be, in classification. Default: what it is in the training file, sorted by characters. */
  readonly labels?: readonly string[];
  /** Default `classification`. */
  readonly kind?: "classification" | "regression";
  /** Default: the kind. */
  readonly name?: string;
}

/**
 * A task over files of one's own.
 * Throws `data/bad-option` for no file, no labels, or an ending that is not known, `data/missing-label` where the training file has fewer than two labels, and
 * what the readers throw; `examples` throws `data/unknown-label` for a label that is none of the task's, and leaves its second argument alone.
 */
export async function ownTask(options: OwnTaskOptions): Promise<TextTask> {
  const { train, dev, test, kind = "classification", name = kind } = options;
  const files: Readonly<Partial<Record<Split, string>>> = { ...(train !== undefined && { train }), ...(dev !== undefined && { dev }), ...(test !== undefined && { test }) };
  if (Object.keys(files).length === 0) throw new DataError("data/bad-option", `data: ${name} needs a file for training, dev or test, got none; name one`);
  const labels = kind === "regression" ? [] : options.labels ?? await labelsIn(options);
  return {
    name, kind, labels, metrics: kind === "regression" ? ["pearson", "spearman"] : ["accuracy", "macroF1"],
    splits: (["train", "dev", "test"] as const).filter((split) => files[split] !== undefined),
    async examples(split) {
      const path = files[split];
      if (path === undefined) throw new DataError("data/bad-option", `data: ${name} was given no file for its split "${split}"; name one`);
      const examples = await read(path, split, options, labels);
      if (split === "train") requireEveryLabel(examples, labels, path);
      return examples;
    },
  };
}

async function labelsIn({ train, label }: OwnTaskOptions): Promise<readonly string[]> {
  if (train === undefined) throw new DataError("data/bad-option", "data: classification needs labels, or a training file to take them from, got neither; give one");
  const labels = new Set<string>();
  for await (const row of fileRows(train)) labels.add(row.name(label));
  if (labels.size >= 2) return [...labels].sort();
  throw new DataError("data/missing-label", `data: ${train} needs at least two labels in its column ${JSON.stringify(label)}, got ${[...labels].join(", ") || "none"}`);
}

async function read(path: string, split: Split, options: OwnTaskOptions, labels: readonly string[]): Promise<readonly TextExample[]> {
  const examples: TextExample[] = [];
  for await (const row of fileRows(path)) {
    const example = exampleOf(row, examples.length, options, labels);
    if (split !== "test") requireTarget(example, row);
    examples.push(example);
  }
  requireExamples(examples, path);
  return examples;
}

const exampleOf = (row: TaskRow, position: number, { text, pair, label }: OwnTaskOptions, labels: readonly string[]): TextExample =>
  ({ text: row.text(text), ...(pair !== undefined && { pair: row.text(pair) }), index: [position], ...(row.has(label) && targetOf(row, label, labels)) });

function targetOf(row: TaskRow, column: string, labels: readonly string[]): Pick<TextExample, "label" | "value"> {
  if (labels.length === 0) return { value: row.number(column) };
  const label = row.name(column);
  if (labels.includes(label)) return { label };
  throw new DataError("data/unknown-label", `data: ${row.place} needs a label of ${labels.join(", ")}, got ${JSON.stringify(label)}`);
}
