import { formatTuple, parameterCount, presetNamed } from "@bort/arch";
import { keptLogitsBytes } from "@bort/fptas";
import { printedFigures } from "./paper.js";
import { type Plan } from "./plan.js";

/** What computes here, and how fast. */
export interface MeasuredEngine {
  /** As `engineText` says it. */
  readonly name: string;
  readonly flopsPerSecond: number;
}

/** A plan as lines of text, with the time that it would take on an engine. */
export function printPlan(plan: Plan, engine: MeasuredEngine): string[] {
  const { setting: { name } } = plan;
  return [
    `What "${name}" would do; nothing is downloaded or trained now.`,
    "",
    ...maximumPointLines(plan),
    ...searchLines(plan),
    ...pretrainingLines(plan),
    "",
    ...timeLines(plan, engine),
    ...(name === "paper" ? paperLines() : []),
  ];
}

function maximumPointLines({ setting, maximumPoint: { arch, parameters, downloadBytes, flops } }: Plan): string[] {
  if (setting.maximumPoint.kind === "pretrained") {
    const { tuple, vocabSize, training: { steps, shape } } = setting.maximumPoint;
    return [
      `1. Maximum point: <${formatTuple(tuple)}>, ${whole(parameters)} parameters, with a vocabulary of ${whole(vocabSize)} tokens, pre-trained here:`,
      `   ${whole(steps)} steps of ${whole(shape.batchSize)} x ${shape.sequenceLength} tokens, ${scientific(flops)} FLOPs`,
    ];
  }
  const withPooler = parameterCount({ ...arch, pooler: true }).total;
  return [
    `1. Maximum point: ${setting.maximumPoint.name}, ${whole(withPooler)} parameters; without the pooler, which no step reads, ${whole(parameters)}`,
    `   download: ${gigabytes(downloadBytes!)} of weights, once, and ${whole(arch.vocabSize)} tokens of vocabulary`,
  ];
}

function searchLines({ setting, search }: Plan): string[] {
  const { search: { epsilon }, trial: { steps, shape, heldOutSequences } } = setting;
  const { gridSize, spaceSize, candidates, candidateFlops, teacherFlops, logitsBytes } = search;
  const [smallest, largest] = [candidates[0]!, candidates.at(-1)!];
  return [
    `2. Search: a grid of ${gridSize} architectures, ${spaceSize} of which can be built; epsilon ${epsilon} leaves ${candidates.length} candidates,`,
    `   from <${formatTuple(smallest.tuple)}>, ${whole(smallest.parameters)} parameters, to <${formatTuple(largest.tuple)}>, ${whole(largest.parameters)}`,
    `   each: ${steps} steps of SGD on ${whole(shape.batchSize)} x ${shape.sequenceLength} tokens, then the error on ${whole(heldOutSequences)} held-out sequences`,
    `   ${scientific(candidateFlops)} FLOPs for all candidates, ${scientific(teacherFlops)} for the maximum point on the same sequences:`,
    `   its logits take ${gigabytes(logitsBytes)}, ${logitsBytes <= keptLogitsBytes
      ? "which are kept for all candidates" : `of which ${gigabytes(keptLogitsBytes)} are kept; the rest is computed again for each candidate`}`,
  ];
}

function pretrainingLines({ setting: { pretraining: { steps, shape }, publishedChoice }, pretraining }: Plan): string[] {
  const { student: { tuple, parameters }, studentFlops, teacherFlops, sequences } = pretraining;
  return [
    "3. Pre-training of the chosen one, by distillation;",
    `   counted for ${publishedChoice === undefined ? "the largest candidate" : "the paper's choice"}, <${formatTuple(tuple)}>, ${whole(parameters)} parameters`,
    ...(publishedChoice === undefined ? [] : [printedSizeLine()]),
    `   ${whole(steps)} steps of ${whole(shape.batchSize)} x ${shape.sequenceLength} tokens, at most ${shape.maskedPerSequence} predictions in each: ${whole(sequences)} sequences`,
    `   ${scientific(studentFlops)} FLOPs for the student, ${scientific(teacherFlops)} for the maximum point, which teaches`,
  ];
}

function printedSizeLine(): string {
  const byEquation13 = parameterCount(presetNamed("bort-paper"), { accounting: "bort-paper" }).total;
  return `   (${whole(byEquation13)} by the paper's equation 13, where its Table 1 prints ${printedFigures.choiceMillions} million: see docs/errata.md)`;
}

function timeLines(plan: Plan, { name, flopsPerSecond }: MeasuredEngine): string[] {
  const { maximumPoint, search, pretraining } = plan;
  const searchFlops = search.candidateFlops + search.teacherFlops;
  const pretrainingFlops = pretraining.studentFlops + pretraining.teacherFlops;
  const time = (flops: number): string => duration(flops / flopsPerSecond);
  return [
    `On this machine, ${name}: ${(flopsPerSecond / 1e9).toFixed(0)} GFLOP/s, measured on a layer of RoBERTa-large. At that speed:`,
    ...(maximumPoint.flops === 0 ? [] : [`   maximum point  ${time(maximumPoint.flops)}`]),
    `   search         ${time(searchFlops)}`,
    `   pre-training   ${time(pretrainingFlops)}`,
    `   all of it      ${time(maximumPoint.flops + searchFlops + pretrainingFlops)}; small matrices and compiling make it longer`,
    `   memory: at least ${gigabytes(plan.memoryBytes)}`,
  ];
}

const paperLines = (): string[] => [
  `The paper used ${printedFigures.searchMachine}`,
  `and ${printedFigures.pretrainingMachine}.`,
  "There is no GPU engine yet; one would be a package that implements Backend of @bort/graph (docs/architecture.md).",
];

const whole = (value: number): string => value.toLocaleString("en-US");
const scientific = (value: number): string => value.toExponential(1).replace("e+", "e");
const gigabytes = (bytes: number): string => (bytes < 1e8 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(2)} GB`);

/** In the largest unit of which there are two or more, one figure after the point below ten. */
function duration(seconds: number): string {
  const units = [["years", 365.25 * 86_400], ["days", 86_400], ["hours", 3600], ["minutes", 60], ["seconds", 1]] as const;
  const [unit, length] = units.find(([, length]) => seconds >= 2 * length) ?? units[4];
  const count = seconds / length;
  return `${count.toFixed(count < 10 ? 1 : 0)} ${unit}`;
}
