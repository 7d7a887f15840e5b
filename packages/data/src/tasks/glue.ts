import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../data-error.js";
import { type MetricName, type Split, type TextExample, type TextTask } from "./text-task.js";
import { columnOf, readTsv, type TsvFile } from "./tsv-file.js";

/** Where a GLUE task keeps its fields: in the columns of `{train,dev,test}.tsv`. */
interface GlueTask {
  readonly name: string;
  readonly labels: readonly string[];
  readonly metrics: readonly MetricName[];
  /** The column of the text, in every split. */
  readonly text: string;
  /** The column of the label; test files have none. */
  readonly label: string;
  /** The columns of train and dev, where these two have no header line. */
  readonly columns?: readonly string[];
}

/** GLUE (Wang et al. 2019). CoLA is scored by Matthews' correlation, SST-2 (1 is positive) by accuracy. */
const glue: readonly GlueTask[] = [
  {
    name: "CoLA", labels: ["0", "1"], metrics: ["matthews", "accuracy"],
    text: "sentence", label: "label", columns: ["source", "label", "judgement", "sentence"],
  },
  { name: "SST-2", labels: ["0", "1"], metrics: ["accuracy"], text: "sentence", label: "label" },
];

/** The tasks that `taskNamed` knows. */
export const textTasks: readonly TextTask[] = glue.map((task) => ({
  name: task.name,
  labels: task.labels,
  metrics: task.metrics,
  examples: (split, directory) => readGlue(task, split, directory),
}));

/** The task of that name in any case, for example `sst-2`; throws `data/unknown-task`, with the names there are. */
export function taskNamed(name: string): TextTask {
  const task = textTasks.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (task === undefined) {
    throw new DataError("data/unknown-task", `data: there is no task "${name}"; the tasks are ${textTasks.map((each) => each.name).join(", ")}`);
  }
  return task;
}

async function readGlue(task: GlueTask, split: Split, directory: string): Promise<readonly TextExample[]> {
  const path = join(folderOf(task, directory), `${split}.tsv`);
  const file = split === "test" ? await readTsv(path) : await readTsv(path, task.columns);
  const text = columnOf(file, task.text);
  if (split === "test") return file.rows.map((row) => ({ text: row.fields[text]! }));
  const labels = labelsOf(file, task);
  return file.rows.map((row, index) => ({ text: row.fields[text]!, label: labels[index]! }));
}

/** The task's own folder: `directory`, unless that is the folder of a collection, which holds one of the task's name. */
function folderOf({ name }: GlueTask, directory: string): string {
  const below = join(directory, name);
  return existsSync(below) ? below : directory;
}

function labelsOf(file: TsvFile, task: GlueTask): string[] {
  const column = columnOf(file, task.label);
  return file.rows.map(({ line, fields }) => {
    const label = fields[column]!;
    if (task.labels.includes(label)) return label;
    throw new DataError("data/unknown-label", `data: ${file.path}:${line} needs a label of ${task.labels.join(", ")}, got ${JSON.stringify(label)}`);
  });
}
