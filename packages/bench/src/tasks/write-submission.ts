import { join } from "node:path";
import { type TextExample } from "@bort/data";
import { writeFileAtomically } from "@bort/nn";
import { BenchError } from "../bench-error.js";
import { chosenOptions } from "./chosen-options.js";
import { type TaskPredictions } from "./score-predictions.js";

type Rows = (given: TaskPredictions) => readonly string[];

/** GLUE: a table of numbers and labels. */
const table = (predictionOf: (prediction: string | number) => string): Rows => (given) =>
  ["index\tprediction", ...given.examples.map((example, i) => `${numbersOf(example)[0]!}\t${predictionOf(given.predictions[i]!)}`)];

/** SuperGLUE: one JSON object for each example. */
const objects = (labelOf: (label: string) => unknown): Rows => ({ examples, predictions }) =>
  examples.map((example, i) => JSON.stringify({ idx: numbersOf(example)[0], label: labelOf(predictions[i] as string) }));

const labels = table(String);
/** Values of STS-B go from 0 to 5. */
const similarities = table((value) => Math.min(5, Math.max(0, value as number)).toFixed(3));
const names = objects((label) => label);
const capitalized = objects((label) => `${label.charAt(0).toUpperCase()}${label.slice(1)}`);

/** COPA: the number of the choice, whether it was chosen among two examples or is the label of one. */
const choices: Rows = (given) =>
  (given.task.kind === "choice" ? chosenOf(given).map(({ chosen, place }) => JSON.stringify({ idx: numbersOf(chosen)[0], label: place })) : objects(Number)(given));

/** ReCoRD: the text of the entity for each query, whose number is the second. */
const entities: Rows = (given) => chosenOf(given).map(({ chosen }) => JSON.stringify({ idx: numbersOf(chosen)[1], label: chosen.answer }));

const chosenOf = ({ examples, predictions }: TaskPredictions): ReturnType<typeof chosenOptions> => chosenOptions(examples, predictions as readonly number[]);

/** MultiRC: an object for each passage, with its questions, with their answers. */
const answers: Rows = ({ examples, predictions }) => {
  const passages = new Map<number, Map<number, { readonly idx: number; readonly label: number }[]>>();
  examples.forEach((example, i) => {
    const [passage, question, idx] = numbersOf(example) as [number, number, number];
    const questions = passages.get(passage) ?? new Map<number, { readonly idx: number; readonly label: number }[]>();
    passages.set(passage, questions.set(question, [...(questions.get(question) ?? []), { idx, label: Number(predictions[i]) }]));
  });
  return [...passages].map(([idx, questions]) =>
    JSON.stringify({ idx, passage: { questions: [...questions].map(([question, all]) => ({ idx: question, answers: all })) } }));
};

/** File and rows for each task, as the leaderboards of GLUE and SuperGLUE take them (the file names and forms that jiant, their authors' tool, writes). */
const formats: Readonly<Record<string, readonly [file: string, rows: Rows]>> = {
  ...Object.fromEntries(["CoLA", "SST-2", "MRPC", "QQP", "MNLI-m", "MNLI-mm", "QNLI", "RTE", "WNLI", "AX"].map((name) => [name, [`${name}.tsv`, labels]])),
  "STS-B": ["STS-B.tsv", similarities],
  ...Object.fromEntries(["BoolQ", "CB", "WiC", "AX-b", "AX-g"].map((name) => [name, [`${name}.jsonl`, names]])),
  "SuperGLUE-RTE": ["RTE.jsonl", names],
  "WSC": ["WSC.jsonl", capitalized],
  "COPA": ["COPA.jsonl", choices],
  "MultiRC": ["MultiRC.jsonl", answers],
  "ReCoRD": ["ReCoRD.jsonl", entities],
};

/** Whether a leaderboard takes predictions of the task of that name; RACE has none that does. */
export const takesSubmissions = (name: string): boolean => Object.hasOwn(formats, name);

/** @throws BenchError `bench/no-submission` for the name of a task that no leaderboard takes */
export const requireSubmissions = (name: string): void => void formatOf(name);

/**
 * Writes the file that a leaderboard takes for a task into `folder`, which is made where it is not there, and gives its path.
 *
 * @throws BenchError `bench/no-submission` for a task that no leaderboard takes; NnError `nn/write-failed`
 */
export function writeSubmission(folder: string, given: TaskPredictions): string {
  const [file, rows] = formatOf(given.task.name);
  const path = join(folder, file);
  writeFileAtomically(path, `${rows(given).join("\n")}\n`);
  return path;
}

function formatOf(name: string): readonly [file: string, rows: Rows] {
  const format = takesSubmissions(name) ? formats[name] : undefined;
  if (format !== undefined) return format;
  throw new BenchError("bench/no-submission", `bench: no leaderboard takes a file for ${name}, only for ${Object.keys(formats).join(", ")}; score a split with labels`);
}

function numbersOf({ index = [] }: TextExample): readonly number[] {
  if (index.length > 0) return index;
  throw new BenchError("bench/no-submission", "bench: a submission names examples by their index, got one without; read them from the task's published files");
}
