import { DataError } from "../data-error.js";
import { aroundSpan, aroundWords } from "./mark-span.js";
import { type TaskRow } from "./task-row.js";
import { type TextExample } from "./text-task.js";

/** Makes examples of a row: one, or several that belong together. */
export type Cast = (row: TaskRow, position: number) => readonly TextExample[];

/** The labels of an option or an answer: wrong and right. */
export const WRONG_OR_RIGHT: readonly string[] = ["0", "1"];

/** The labels of a statement, as SuperGLUE's files have them. */
export const FALSE_OR_TRUE: readonly string[] = ["false", "true"];

/** A label as a field of an example, which has none where it is secret. */
export const known = (label: string | undefined): Pick<TextExample, "label"> => (label === undefined ? {} : { label });

/** The same for an option, which is right or not, where that is no secret. */
export const judged = (isRight: boolean | undefined): Pick<TextExample, "label"> => (isRight === undefined ? {} : { label: isRight ? "1" : "0" });

/** COPA: the premise with "because" or "so" and a choice, one example for each of the two. */
export const copa: Cast = (row) => {
  const index = row.integer("idx");
  const right = row.label(WRONG_OR_RIGHT, "label");
  return copaSentences(row).map((text, option) =>
    ({ text, group: String(index), index: [index, option], ...judged(right === undefined ? undefined : right === String(option)) }));
};

/** COPA: the two sentences as a pair, labelled by the number of the right one. */
export const copaPair: Cast = (row) => {
  const [text, pair] = copaSentences(row);
  return [{ text, pair, index: [row.integer("idx")], ...known(row.label(WRONG_OR_RIGHT, "label")) }];
};

function copaSentences(row: TaskRow): readonly [first: string, second: string] {
  const question = row.text("question");
  if (question !== "cause" && question !== "effect") {
    throw new DataError("data/bad-row", `data: ${row.place} needs "cause" or "effect" in its field "question", got ${JSON.stringify(question)}`);
  }
  const start = `${row.text("premise")} ${question === "cause" ? "because" : "so"}`;
  return [`${start} ${row.text("choice1")}`, `${start} ${row.text("choice2")}`];
}

/** BoolQ: the passage and the question. */
export const boolq: Cast = (row) =>
  [{ text: row.text("passage"), pair: row.text("question"), index: [row.integer("idx")], ...known(row.label(FALSE_OR_TRUE, "label")) }];

/** WiC: the two sentences, as Bort's released code has them; which word is meant must be plain from what they share. */
export const wic: Cast = (row) =>
  [{ text: row.text("sentence1"), pair: row.text("sentence2"), index: [row.integer("idx")], ...known(row.label(FALSE_OR_TRUE, "label")) }];

/** WiC: the two sentences with marks around the word. */
export const wicMarked: Cast = (row) => {
  const marked = (sentence: "1" | "2"): string => aroundSpan(row.text(`sentence${sentence}`), row.integer(`start${sentence}`), row.integer(`end${sentence}`));
  return wic(row, 0).map((example) => ({ ...example, text: marked("1"), pair: marked("2") }));
};

/** WSC: the text, and "SPAN 2 means SPAN 1". */
export const wsc: Cast = (row) => {
  const { first, second } = wscSpans(row);
  return [{ text: row.text("text"), pair: `${second.text} means ${first.text}`, index: [row.integer("idx")], ...known(row.label(FALSE_OR_TRUE, "label")) }];
};

/** WSC: the same with marks around both spans, as Bort re-encoded it (section 5.2). */
export const wscMarked: Cast = (row) => {
  const { first, second } = wscSpans(row);
  return wsc(row, 0).map((example) => ({ ...example, text: aroundWords(row.text("text"), [first, second]) }));
};

/** The two spans; they are fields of `target`, or of the row on Hugging Face's hub. */
function wscSpans(row: TaskRow): Readonly<Record<"first" | "second", { readonly text: string; readonly word: number }>> {
  const target = row.has("target") ? row.row("target") : row;
  return {
    first: { text: target.text("span1_text"), word: target.integer("span1_index") },
    second: { text: target.text("span2_text"), word: target.integer("span2_index") },
  };
}
