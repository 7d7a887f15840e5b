import { formatNumber } from "../format-number.js";
import { type Report } from "../report/report.js";
import { type LineChart } from "../report/line-chart.js";
import { type Machine } from "../machine.js";
import { type MeanInterval } from "../mean-interval.js";
import { type Table } from "../table.js";
import { type ArmComparison, type ArmPair, type ThresholdComparison } from "./compare-arms.js";
import { type ComparedStudents } from "./compare-students.js";
import { type DistillationSetting } from "./distillation-study.js";
import { type CurvePoint, type LearningCurve } from "./learning-curve.js";
import { type TeachingTimes } from "./time-teaching.js";

/** All that a distillation benchmark found. */
export interface DistillationResult extends ComparedStudents {
  readonly machine: Machine;
  readonly setting: DistillationSetting;
  /** Of the corpus; `measured` are the masked ones that every model was measured on. */
  readonly tokens: { readonly train: number; readonly validation: number; readonly measured: number };
  readonly parameters: { readonly student: number; readonly teacher: number };
  readonly teacher: CurvePoint & { readonly seconds: number };
  readonly times: TeachingTimes;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;
const decimals = (value: number): string => value.toFixed(3);
const whole = (steps: number): string => steps.toFixed(0);
const interval = (of: MeanInterval | null, format: (value: number) => string): string =>
  of === null ? "no interval" : `${format(of.mean)} (${100 * of.level}% interval ${format(of.low)} to ${format(of.high)})`;

/** Steps of each seed to each accuracy. */
export const stepsTable = ({ thresholds }: ArmComparison): Table => ({
  columns: [
    { label: "self-supervised accuracy" }, { label: "seed", align: "right" }, { label: "accuracy", format: percent }, { label: "self-supervised steps", format: whole },
    { label: "distilled steps", format: whole }, { label: "ratio", format: decimals },
  ],
  rows: thresholds.flatMap(({ share, seeds }) => seeds.map(({ seed, accuracy, selfSupervisedSteps, distilledSteps, ratio }) =>
    [shareName(share), String(seed), accuracy, selfSupervisedSteps, distilledSteps, ratio])),
});

const shareName = (share: number): string => (share === 1 ? "at the end" : `at ${100 * share}% of the steps`);

/** What was found, a sentence a line. */
export function findings({ comparison, teacher, times, learningRate, setting }: DistillationResult): string[] {
  const { thresholds, end } = comparison;
  return [
    `teacher ${setting.teacher.join(",")}: accuracy ${percent(teacher.accuracy)}, loss ${decimals(teacher.loss)} nats after ${teacher.step} steps`,
    `students ${setting.student.join(",")}, ${setting.steps} steps at a rate of ${learningRate}: accuracy ${
      interval(end.selfSupervisedMean, percent)} self-supervised, ${interval(end.distilledMean, percent)} distilled; gain ${interval(end.gain, percent)}`,
    ...thresholds.map((threshold) => thresholdText(threshold, times)),
    `a step: ${times.selfSupervised.median.toFixed(1)} ms self-supervised, ${times.running.median.toFixed(1)} with the teacher running, ${
      times.cached.median.toFixed(1)} with its ${times.topK} largest logits cached (${times.caching.toFixed(1)} ms a batch, once)`,
  ];
}

function thresholdText({ share, seeds, ratio }: ThresholdComparison, { selfSupervised, running, cached }: TeachingTimes): string {
  const at = `steps to the self-supervised accuracy ${shareName(share)}, distilled over self-supervised`;
  const missed = seeds.filter(({ distilledSteps }) => distilledSteps === null).map(({ seed }) => seed);
  if (missed.length > 0) return `${at}: not reached by the distilled students of ${missed.length === 1 ? "seed" : "seeds"} ${missed.join(", ")}`;
  if (ratio === null) return `${at}: ${decimals(seeds[0]!.ratio!)}, of one seed`;
  const inTime = (step: number): string => decimals((ratio.mean * step) / selfSupervised.median);
  return `${at}: ${interval(ratio, decimals)}; in time ${inTime(running.median)} with the teacher running, ${inTime(cached.median)} cached`;
}

/** The report of a benchmark, for `renderReport`. */
export function distillationReport(result: DistillationResult, engine: string): Report {
  const { machine, comparison, pairs, teacher, parameters, setting } = result;
  const { batchSize, sequenceLength, maskedPerSequence } = setting.shape;
  return {
    title: "Distillation against self-supervised pre-training",
    subtitle: `${batchSize} x ${sequenceLength} tokens a step with ${maskedPerSequence} of each sequence masked; ${
      formatNumber(parameters.student)} parameters, taught by ${formatNumber(parameters.teacher)}; ${engine}`,
    generated: `${machine.date}, ${machine.cores} x ${machine.processor}, Node ${machine.node}`,
    facts: comparison.thresholds.map(({ share, ratio }) =>
      ({ label: `steps to the accuracy ${shareName(share)}, ratio`, value: ratio === null ? "–" : decimals(ratio.mean) })),
    sections: [
      { heading: "Findings", text: findings(result), table: stepsTable(comparison) },
      { heading: "Accuracy", chart: chartOf(pairs, "accuracy", "share of masked tokens predicted right", teacher) },
      { heading: "Loss", chart: chartOf(pairs, "loss", "MLM loss, nats", teacher) },
    ],
  };
}

/** Means over the seeds, and the teacher as a level line. */
function chartOf(pairs: readonly ArmPair[], measure: "accuracy" | "loss", label: string, teacher: CurvePoint): LineChart {
  const mean = (curves: readonly LearningCurve[]): [number, number][] =>
    curves[0]!.map(({ step }, i) => [step, curves.reduce((sum, curve) => sum + curve[i]![measure], 0) / curves.length]);
  const selfSupervised = mean(pairs.map((pair) => pair.selfSupervised));
  return {
    kind: "line", title: `Validation ${measure}, mean of ${pairs.length} seeds`, x: { label: "steps" }, y: { label },
    series: [
      { name: "self-supervised", points: selfSupervised },
      { name: "distilled", points: mean(pairs.map((pair) => pair.distilled)) },
      { name: "the teacher", points: [selfSupervised[0]!, selfSupervised.at(-1)!].map(([step]) => [step, teacher[measure]]) },
    ],
  };
}
