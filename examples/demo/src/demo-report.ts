import { formatTuple } from "@bort/arch";
import { engineText } from "@bort/backend";
import { certificateSection, type Report, type Section, type Table } from "@bort/bench";
import { type Extraction } from "@bort/fptas";
import { type CurvePoint } from "./context.js";
import { type DemoResult, modelsTable } from "./demo-result.js";
import { epsilon } from "./plan.js";

/** Everything that the report shows. */
export interface ReportInput {
  readonly result: DemoResult;
  readonly seed: number;
  readonly words: number;
  readonly extraction: Extraction;
  readonly curves: { readonly [name in "teacher" | "student" | "undistilled"]: readonly CurvePoint[] };
}

/** The report of a demo run, for `renderReport`. */
export function demoReport(input: ReportInput): Report {
  const { result, seed, words } = input;
  return {
    title: "Finding, training and shipping a right-sized BERT",
    subtitle: `A teacher, the architecture that the FPTAS extracts for it, and its distilled student, from ${words.toLocaleString("en-US")} words of documentation`,
    facts: [
      { label: "chosen <D, A, H, I>", value: formatTuple(result.chosen) },
      { label: "seed", value: String(seed) },
      { label: "engine", value: engineText(result) },
      { label: "time", value: `${result.seconds.toFixed(0)} s` },
      { label: "largest difference of an exported logit", value: result.export.maxAbsDifference.toExponential(1) },
    ],
    sections: [closing(input), search(input), certificateSection(input.extraction.certificate), distillation(input), pretraining(input)],
  };
}

function closing({ result: { models, engine, threads } }: ReportInput): Section {
  return {
    heading: "Size, speed and accuracy",
    text: [
      `The task: which Node module does a sentence of documentation belong to? ${models[0]!.testExamples} test sentences, as many of each class.`,
      `Latencies: ${engineText({ engine, threads })}.`,
    ],
    table: modelsTable(models),
    chart: {
      kind: "scatter", title: "Accuracy against latency", x: { label: "latency of one sequence, ms" }, y: { label: "accuracy" }, sizeLabel: "parameters",
      points: models.filter(({ name }) => name !== "majority").map(({ name, latencyMs, accuracy, parameters }) => ({ x: latencyMs, y: accuracy, label: name, size: parameters })),
    },
  };
}

function search({ extraction, result }: ReportInput): Section {
  const { trials, spaceSize } = extraction;
  return {
    heading: "The search",
    text: [
      `${trials.length} of ${spaceSize} architectures were trained (epsilon ${epsilon}); the largest W-coefficient has ${formatTuple(result.chosen)}.`,
      "The FPTAS returns an architecture, not a trained model.",
    ],
    chart: {
      kind: "bar", title: "W-coefficient of each candidate", valueLabel: "W",
      bars: trials.map(({ arch, w }, i) => ({ label: formatTuple(arch), value: w, highlight: i === 0 })),
    },
    table: trialsTable(extraction),
  };
}

/** A row a candidate: p, measured i, surrogate error and W; those beyond the maximum point were not trained. */
export const trialsTable = ({ trials, failed, rejected }: Extraction): Table => ({
  columns: [
    { label: "D,A,H,I" },
    { label: "parameters p" },
    { label: "latency i, ms", format: (value) => value.toFixed(2) },
    { label: "surrogate error e", format: (value) => value.toFixed(4) },
    { label: "W", format: (value) => value.toFixed(5) },
    { label: "" },
  ],
  rows: [
    ...trials.map(({ arch, parameters, latencyMs, error, w }, i) => [formatTuple(arch), parameters, latencyMs, error, w, i === 0 ? "chosen" : ""]),
    ...failed.map(({ arch, parameters, latencyMs, reason }) => [formatTuple(arch), parameters, latencyMs, null, null, reason]),
    ...rejected.map(({ arch, parameters, latencyMs, reason }) => [formatTuple(arch), parameters, latencyMs ?? null, null, null, reason === "slower" ? "slower than the teacher" : "larger than the teacher"]),
  ],
  highlightRow: 0,
});

function distillation({ result: { distillation: compared }, curves }: ReportInput): Section {
  const { steps, atEqualSteps, atEqualTime } = compared;
  const losses = (pair: { readonly student: number; readonly undistilled: number }): string => `${pair.student.toFixed(3)} with the teacher, ${pair.undistilled.toFixed(3)} without`;
  return {
    heading: "With and without a teacher",
    text: [
      `After ${steps} steps: ${losses(atEqualSteps)}. After ${atEqualTime.seconds.toFixed(0)} s of training each: ${losses(atEqualTime)}.`,
      `For the comparison at equal time the run without a teacher was made again with ${atEqualTime.undistilledSteps} steps, as many as fit in the time of the run with one.`,
    ],
    chart: {
      kind: "line", title: "Validation MLM loss over time", x: { label: "seconds of training" }, y: { label: "MLM loss, nats" },
      series: (["student", "undistilled"] as const).map((name) => ({ name, points: curves[name].map(({ seconds, value }) => [seconds, value] as const) })),
    },
  };
}

function pretraining({ curves }: ReportInput): Section {
  return {
    heading: "Pre-training",
    chart: {
      kind: "line", title: "Validation MLM loss over steps", x: { label: "steps" }, y: { label: "MLM loss, nats" },
      series: Object.entries(curves).map(([name, points]) => ({ name, points: points.map(({ step, value }) => [step, value] as const) })),
    },
  };
}
