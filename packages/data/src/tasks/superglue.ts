import { boolq, type Cast, copa, copaPair, FALSE_OR_TRUE, known, wic, wicMarked, WRONG_OR_RIGHT, wsc, wscMarked } from "./castings.js";
import { jsonRows } from "./file-rows.js";
import { firstOf } from "./find-split.js";
import { HUB_SPLITS, type PublishedTask } from "./published-task.js";
import { multirc, record } from "./question-castings.js";
import { type Split } from "./text-task.js";

const SPLITS: readonly Split[] = ["train", "dev", "test"];
/** In the order of Hugging Face's hub, whose files have numbers. */
const ENTAILED_OR_NOT: readonly string[] = ["entailment", "not_entailment"];
const THREE_WAY: readonly string[] = ["entailment", "contradiction", "neutral"];

/** A pair of texts in fields with these names. */
const pairOf = (labels: readonly string[], first: string, second: string): Cast => (row) =>
  [{ text: row.text(first), pair: row.text(second), index: [row.integer("idx")], ...known(row.label(labels, "label")) }];

const premise = (labels: readonly string[]): Cast => pairOf(labels, "premise", "hypothesis");

/** AX-g: two examples that differ in the gender of a pronoun follow one another, from an even number on (its `pair_id` is another for each). */
const winogender: Cast = (row, position) =>
  premise(ENTAILED_OR_NOT)(row, position).map((example) => ({ ...example, group: String(Math.floor(row.integer("idx") / 2)) }));

type SuperglueTask = Omit<PublishedTask, "suite" | "splits" | "hubSplits" | "find" | "rows"> & Partial<Pick<PublishedTask, "splits">>;

const statement = { kind: "classification", labels: FALSE_OR_TRUE, positive: "true", metrics: ["accuracy"] } as const;
const pair = { kind: "classification", labels: WRONG_OR_RIGHT, metrics: ["accuracy"] } as const;
const diagnostic = { kind: "classification", splits: ["test"], modelOf: "SuperGLUE-RTE", labels: ENTAILED_OR_NOT } as const;

/** SuperGLUE (Wang et al. 2019), with its leaderboard's metrics and Bort's castings; fields as in the files of its download and in those of aps/super_glue. */
const table: readonly SuperglueTask[] = [
  { name: "BoolQ", folders: ["BoolQ", "boolq"], ...statement, cast: boolq },
  { name: "CB", folders: ["CB", "cb"], kind: "classification", labels: THREE_WAY, metrics: ["accuracy", "macroF1"], cast: premise(THREE_WAY) },
  {
    name: "COPA", folders: ["COPA", "copa"], kind: "choice", labels: WRONG_OR_RIGHT, positive: "1", metrics: ["accuracy"], cast: copa,
    castings: { "multiple-choice": { ...pair, cast: copaPair } },
  },
  {
    name: "MultiRC", folders: ["MultiRC", "multirc"], kind: "classification", labels: WRONG_OR_RIGHT, positive: "1",
    metrics: ["f1", "groupExactMatch"], cast: multirc,
  },
  {
    name: "ReCoRD", folders: ["ReCoRD", "record"], kind: "choice", labels: WRONG_OR_RIGHT, positive: "1",
    metrics: ["tokenF1", "textExactMatch"], cast: record,
  },
  {
    name: "SuperGLUE-RTE", folders: ["RTE", "rte"], kind: "classification", labels: ENTAILED_OR_NOT, metrics: ["accuracy"], cast: premise(ENTAILED_OR_NOT),
  },
  { name: "WiC", folders: ["WiC", "wic"], ...statement, cast: wic, castings: { "marked-spans": { ...statement, cast: wicMarked } } },
  { name: "WSC", folders: ["WSC", "wsc.fixed", "wsc"], ...statement, cast: wsc, castings: { "marked-spans": { ...statement, cast: wscMarked } } },
  { name: "AX-b", folders: ["AX-b", "axb"], ...diagnostic, metrics: ["matthews", "accuracy"], cast: pairOf(ENTAILED_OR_NOT, "sentence1", "sentence2") },
  { name: "AX-g", folders: ["AX-g", "axg"], ...diagnostic, metrics: ["accuracy", "genderParity"], cast: winogender },
];

/** The tasks of SuperGLUE. Files are `{train,val,test}.jsonl`; those of the two diagnostic sets have the set's name, and labels. */
export const superglueTasks: readonly PublishedTask[] = table.map((task) => ({
  suite: "superglue", splits: SPLITS, hubSplits: HUB_SPLITS, ...task,
  find: (folder, split) => firstOf(folder, [`${task.modelOf === undefined ? { train: "train", dev: "val", test: "test" }[split] : task.name}.jsonl`]),
  rows: jsonRows,
}));
