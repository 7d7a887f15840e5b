import { type Cast, judged, WRONG_OR_RIGHT, known } from "./castings.js";
import { TaskRow } from "./task-row.js";
import { type TextExample } from "./text-task.js";

/** The letters that name the options of a question of RACE. */
export const LETTERS: readonly string[] = ["A", "B", "C", "D"];

/**
 * MultiRC: the passage with the question and an answer, one example for each answer.
 * A row is a passage with its questions, or on Hugging Face's hub one answer.
 */
export const multirc: Cast = (row) => {
  if (!row.has("passage")) return [hubAnswer(row)];
  const passage = row.row("passage");
  const text = passage.text("text");
  const number = row.integer("idx");
  return passage.rows("questions").flatMap((question) => question.rows("answers").map((answer): TextExample => ({
    text, pair: `${question.text("question")} ${answer.text("text")}`, group: `${number}/${question.integer("idx")}`,
    index: [number, question.integer("idx"), answer.integer("idx")], ...known(answer.label(WRONG_OR_RIGHT, "label")),
  })));
};

function hubAnswer(row: TaskRow): TextExample {
  const numbers = row.row("idx");
  const [passage, question, answer] = [numbers.integer("paragraph"), numbers.integer("question"), numbers.integer("answer")];
  return {
    text: row.text("paragraph"), pair: `${row.text("question")} ${row.text("answer")}`, group: `${passage}/${question}`,
    index: [passage, question, answer], ...known(row.label(WRONG_OR_RIGHT, "label")),
  };
}

/** What ReCoRD asks: which of the entities stands where the query has `@placeholder`. */
interface Query {
  readonly passage: string;
  readonly query: string;
  readonly entities: readonly string[];
  /** None where they are secret. */
  readonly answers: readonly string[];
  readonly index: readonly [passage: number, query: number];
}

/** ReCoRD: the passage with the query, one example for each entity in its place. A row is a passage with its queries, or on Hugging Face's hub one query. */
export const record: Cast = (row) => (row.has("qas") ? queriesOf(row) : [hubQuery(row)]).flatMap(({ passage, query, entities, answers, index }) => {
  const text = passage.replaceAll("\n", " ");
  return entities.map((answer, option): TextExample => ({
    text, pair: query.replaceAll("@placeholder", () => answer), group: index.join("/"), answer, index: [...index, option],
    ...judged(answers.length === 0 ? undefined : answers.includes(answer)),
  }));
});

function queriesOf(row: TaskRow): Query[] {
  const passage = row.row("passage");
  const characters = [...passage.text("text")];
  const entities = [...new Set(passage.rows("entities").map((span) => characters.slice(span.integer("start"), span.integer("end") + 1).join("")))];
  return row.rows("qas").map((query) => ({
    passage: passage.text("text"), query: query.text("query"), entities,
    answers: query.has("answers") ? query.rows("answers").map((answer) => answer.text("text")) : [],
    index: [row.integer("idx"), query.integer("idx")],
  }));
}

function hubQuery(row: TaskRow): Query {
  const numbers = row.row("idx");
  return {
    passage: row.text("passage"), query: row.text("query"), entities: row.texts("entities"), answers: row.texts("answers"),
    index: [numbers.integer("passage"), numbers.integer("query")],
  };
}

/** RACE: the article with the question and an option, one example for each option. */
export const race: Cast = (row, position) => questionsOf(row, position).flatMap(({ fields, group }) => {
  const question = fields.text("question");
  const right = fields.label(LETTERS, "answer");
  return fields.texts("options").map((option, i): TextExample =>
    ({ text: fields.text("article"), pair: `${question} ${option}`, group, ...judged(right === undefined ? undefined : right === LETTERS[i]) }));
});

/** RACE: the article with the question and all its options after their letters, labelled by the letter of the right one. */
export const raceLetters: Cast = (row, position) => questionsOf(row, position).map(({ fields }) => ({
  text: fields.text("article"),
  pair: [fields.text("question"), ...fields.texts("options").map((option, i) => `${LETTERS[i] ?? "?"}. ${option}`)].join(" "),
  ...known(fields.label(LETTERS, "answer")),
}));

/** The questions of a row, which is an article with lists of questions, options and answers, or on Hugging Face's hub one question. */
function questionsOf(row: TaskRow, position: number): { readonly fields: TaskRow; readonly group: string }[] {
  if (row.has("question")) return [{ fields: row, group: String(position) }];
  const [article, questions, options] = [row.text("article"), row.texts("questions"), row.list("options")];
  const answers = row.has("answers") ? row.texts("answers") : undefined;
  return questions.map((question, i) => ({
    fields: new TaskRow(row.place, { article, question, options: options[i], ...(answers && { answer: answers[i] }) }),
    group: `${position}/${i}`,
  }));
}
