import { DataError } from "../data-error.js";
import { type Cast, known } from "./castings.js";
import { firstOf } from "./find-split.js";
import { mrpcRows } from "./mrpc-rows.js";
import { HUB_SPLITS, type PublishedTask } from "./published-task.js";
import { type TaskRow } from "./task-row.js";
import { type Split, type TextExample } from "./text-task.js";
import { tsvRows } from "./tsv-rows.js";

const SPLITS: readonly Split[] = ["train", "dev", "test"];
const ZERO_OR_ONE: readonly string[] = ["0", "1"];
/** In the order of Hugging Face's hub, whose files have numbers. */
const ENTAILED_OR_NOT: readonly string[] = ["entailment", "not_entailment"];
const THREE_WAY: readonly string[] = ["entailment", "neutral", "contradiction"];

/** A row of the table: fields have the names of the original files, then those of the hub where they differ. */
interface GlueTask extends Pick<PublishedTask, "name" | "folders" | "labels" | "metrics">, Partial<Pick<PublishedTask, "splits" | "modelOf" | "positive" | "rows" | "hubSplits">> {
  readonly text: readonly string[];
  readonly pair?: readonly string[];
  /** The field of the label, which is not there where it is secret; of a value, where there are no labels. */
  readonly label: readonly string[];
  /** The names that a split's file may have, the best first. Default: `SPLIT.tsv`. */
  readonly files?: Readonly<Partial<Record<Split, readonly string[]>>>;
}

const ofMnli = (part: "matched" | "mismatched"): Pick<GlueTask, "folders" | "labels" | "metrics" | "text" | "pair" | "label" | "files" | "hubSplits"> => ({
  folders: ["MNLI", "mnli"], labels: THREE_WAY, metrics: ["accuracy"], text: ["sentence1", "premise"], pair: ["sentence2", "hypothesis"],
  label: ["gold_label", "label"], files: { dev: [`dev_${part}.tsv`], test: [`test_${part}.tsv`] },
  hubSplits: { train: "train", dev: `validation_${part}`, test: `test_${part}` },
});

/** GLUE (Wang et al. 2019), with its leaderboard's metrics; columns as in the files of its download and in those of nyu-mll/glue. */
const table: readonly GlueTask[] = [
  {
    name: "CoLA", folders: ["CoLA", "cola"], labels: ZERO_OR_ONE, metrics: ["matthews", "accuracy"], text: ["sentence"], label: ["label"],
    rows: (path, split) => tsvRows(path, split === "test" ? {} : { columns: ["source", "label", "judgement", "sentence"] }),
  },
  { name: "SST-2", folders: ["SST-2", "sst2"], labels: ZERO_OR_ONE, metrics: ["accuracy"], text: ["sentence"], label: ["label"] },
  {
    name: "MRPC", folders: ["MRPC", "mrpc"], labels: ZERO_OR_ONE, positive: "1", metrics: ["f1", "accuracy"],
    text: ["#1 String", "sentence1"], pair: ["#2 String", "sentence2"], label: ["Quality", "label"], rows: mrpcRows,
    files: { train: ["train.tsv", "msr_paraphrase_train.txt"], dev: ["dev.tsv", "msr_paraphrase_train.txt"], test: ["test.tsv", "msr_paraphrase_test.txt"] },
  },
  { name: "STS-B", folders: ["STS-B", "stsb"], labels: [], metrics: ["pearson", "spearman"], text: ["sentence1"], pair: ["sentence2"], label: ["score", "label"] },
  {
    // A few rows of the published train.tsv are cut short; what others read of it has them not.
    name: "QQP", folders: ["QQP", "qqp"], labels: ZERO_OR_ONE, positive: "1", metrics: ["f1", "accuracy"],
    text: ["question1"], pair: ["question2"], label: ["is_duplicate", "label"], rows: (path) => tsvRows(path, { skipShort: true }),
  },
  { name: "MNLI-m", ...ofMnli("matched") },
  { name: "MNLI-mm", ...ofMnli("mismatched"), splits: ["dev", "test"], modelOf: "MNLI-m" },
  { name: "QNLI", folders: ["QNLI", "qnli"], labels: ENTAILED_OR_NOT, metrics: ["accuracy"], text: ["question"], pair: ["sentence"], label: ["label"] },
  { name: "RTE", folders: ["RTE", "rte"], labels: ENTAILED_OR_NOT, metrics: ["accuracy"], text: ["sentence1"], pair: ["sentence2"], label: ["label"] },
  { name: "WNLI", folders: ["WNLI", "wnli"], labels: ZERO_OR_ONE, metrics: ["accuracy"], text: ["sentence1"], pair: ["sentence2"], label: ["label"] },
  {
    name: "AX", folders: ["AX", "diagnostic", "ax"], splits: ["test"], modelOf: "MNLI-m", labels: THREE_WAY, metrics: ["matthews", "accuracy"],
    text: ["sentence1", "Premise", "premise"], pair: ["sentence2", "Hypothesis", "hypothesis"], label: ["Label", "label"],
    files: { test: ["diagnostic-full.tsv", "diagnostic.tsv", "AX.tsv"] },
  },
];

/** The tasks of GLUE. MNLI's two parts are two tasks, trained on the same file; the labels of AX are in `diagnostic-full.tsv` alone. */
export const glueTasks: readonly PublishedTask[] = table.map((task) => ({
  suite: "glue", splits: SPLITS, hubSplits: HUB_SPLITS, rows: (path) => tsvRows(path), ...task,
  kind: task.labels.length === 0 ? "regression" : "classification",
  cast: castOf(task),
  find: (folder, split) => firstOf(folder, task.files?.[split] ?? [`${split}.tsv`]),
}));

function castOf({ text, pair, label, labels }: GlueTask): Cast {
  return (row, position) => [{
    text: row.text(...text),
    ...(pair && { pair: row.text(...pair) }),
    index: [row.has("index") ? row.integer("index") : position],
    ...(labels.length === 0 ? similarity(row, label) : known(row.label(labels, ...label))),
  }];
}

/** STS-B's value, from 0 to 5; -1 stands for a secret one on the hub. */
function similarity(row: TaskRow, names: readonly string[]): Pick<TextExample, "value"> {
  if (!names.some((name) => row.has(name))) return {};
  const value = row.number(...names);
  if (value === -1) return {};
  if (value >= 0 && value <= 5) return { value };
  throw new DataError("data/bad-row", `data: ${row.place} needs a value from 0 to 5, got ${value}`);
}
