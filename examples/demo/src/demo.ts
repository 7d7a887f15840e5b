import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ArchTuple, flops, formatTuple, parameterCount } from "@bort/arch";
import { engineFacts, engineText, withBackend } from "@bort/backend";
import { exportModel, majorityBaseline, renderReport } from "@bort/bench";
import { type Extraction } from "@bort/fptas";
import { encoderLatencies, evaluateMlm, makeFolder, writeFileAtomically } from "@bort/nn";
import { type Classified, classify, goldLabels } from "./classify.js";
import { type Console } from "./console.js";
import { type Context } from "./context.js";
import { type DemoCorpus, loadCorpus } from "./corpus.js";
import { type DemoOptions } from "./demo-options.js";
import { demoReport, trialsTable } from "./demo-report.js";
import { type Comparison, type DemoResult, type ModelResult, modelsTable } from "./demo-result.js";
import { EventFile } from "./event-file.js";
import { type Pretrained, distillStudent, frameFor, pretrainAlone, pretrainTeacher, teacherStepSeconds } from "./language-models.js";
import { type Plan, planAt, scaleFor, shape } from "./plan.js";
import { reloadAndPredict } from "./reload.js";
import { searchArchitecture } from "./search.js";

type Name = "teacher" | "student" | "undistilled";
type OfEach<T> = { readonly [name in Name]: T };

/** The whole path: corpus, teacher, search, distillation, fine-tuning, export, report. Results lie in `options.out`. */
export async function runDemo(options: DemoOptions, nodeModules: string, console: Console, signal: AbortSignal): Promise<DemoResult> {
  const { engine, threads, seed } = options;
  makeFolder(options.out);
  const events = new EventFile(join(options.out, "events.jsonl"));
  const scratch = mkdtempSync(join(tmpdir(), "bort-demo-"));
  try {
    return await withBackend({ engine, ...(threads !== undefined && { threads }), tell: console.notice }, async (backend) => {
      events.write("engine", { type: "engine", ...engineFacts(backend) });
      return allParts({ backend, console, events, seed, signal }, options, { nodeModules, scratch });
    });
  } finally {
    events.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface DemoFolders {
  /** Whose prose is the corpus. */
  readonly nodeModules: string;
  /** For what is not kept. */
  readonly scratch: string;
}

async function allParts(context: Context, options: DemoOptions, { nodeModules, scratch }: DemoFolders): Promise<DemoResult> {
  const start = performance.now();
  const { backend, console } = context;
  console.heading("1. Corpus, vocabulary and teacher");
  const corpus = await loadCorpus(context, nodeModules, scratch);
  try {
    const plan = await choosePlan(context, corpus, options);
    const teacher = await pretrainTeacher(context, corpus, plan.teacher);

    console.heading("2. The FPTAS, with the teacher as the maximum point");
    const extraction = await searchArchitecture(context, corpus, teacher.model, plan.candidate);
    console.table(trialsTable(extraction));
    const { chosen } = extraction;

    console.heading(`3. ${formatTuple(chosen)}, distilled and on its own`);
    const student = await distillStudent(context, corpus, teacher.model, chosen, plan.student);
    const undistilled = await pretrainAlone(context, corpus, chosen, plan.student);
    const comparison = await compare(context, corpus, chosen, { student, undistilled }, plan.student);
    console.line(describe(comparison));

    console.heading(`4. Fine-tuning: to which of ${corpus.task.labels.length} Node modules does a sentence belong?`);
    const pretrained: OfEach<Pretrained> = { teacher, student, undistilled };
    const tuned = await classifyAll(context, corpus, pretrained, plan);

    console.heading("5. Export");
    const folder = join(options.out, "model");
    const exported = await exportAndReload(context, corpus, tuned.student, folder);

    console.heading("6. What it cost and what it gave");
    const models = await closingRows(context, corpus, pretrained, tuned);
    console.table(modelsTable(models));
    const seconds = (performance.now() - start) / 1000;
    const result: DemoResult = { ...engineFacts(backend), chosen, seconds, models, distillation: comparison, export: exported, out: options.out };
    writeResults(options, corpus, { result, extraction, plan, pretrained });
    console.line(`\n${join(options.out, "report.html")} shows all of it; ${folder} is the student. ${seconds.toFixed(0)} s on ${engineText(result)}`);
    return result;
  } finally {
    corpus.close();
  }
}

async function choosePlan(context: Context, corpus: DemoCorpus, { minutes, stepsScale }: DemoOptions): Promise<Plan> {
  const plan = planAt(stepsScale ?? scaleFor(minutes, await teacherStepSeconds(context, corpus), frameFor(corpus)));
  context.console.line(`steps: teacher ${plan.teacher}, each candidate ${plan.candidate}, student ${plan.student}, fine-tuning ${plan.finetune}`);
  context.events.write("plan", { type: "plan", ...plan });
  return plan;
}

/** Trains the undistilled twin again for as long as the student took: the teacher's forward passes cost time that the twin can spend on steps. */
async function compare(
  context: Context, corpus: DemoCorpus, chosen: ArchTuple, { student, undistilled }: Omit<OfEach<Pretrained>, "teacher">, steps: number,
): Promise<Comparison> {
  const [end, twinEnd] = [student.curve.at(-1)!, undistilled.curve.at(-1)!];
  const undistilledSteps = Math.max(steps, Math.round((steps * end.seconds) / twinEnd.seconds));
  const longer = await pretrainAlone(context, corpus, chosen, undistilledSteps, "undistilled, equal time");
  return {
    steps,
    atEqualSteps: { student: end.value, undistilled: twinEnd.value },
    atEqualTime: { seconds: end.seconds, undistilledSteps, student: end.value, undistilled: longer.curve.at(-1)!.value },
  };
}

const describe = ({ steps, atEqualSteps, atEqualTime }: Comparison): string => [
  `validation MLM loss after ${steps} steps:  ${atEqualSteps.student.toFixed(3)} distilled, ${atEqualSteps.undistilled.toFixed(3)} undistilled`,
  `validation MLM loss after ${atEqualTime.seconds.toFixed(0)} s each:  ${atEqualTime.student.toFixed(3)} distilled, ${atEqualTime.undistilled.toFixed(3)} undistilled (${atEqualTime.undistilledSteps} steps)`,
].join("\n");

async function classifyAll(context: Context, corpus: DemoCorpus, pretrained: OfEach<Pretrained>, plan: Plan): Promise<OfEach<Classified>> {
  return {
    teacher: await classify(context, corpus, "teacher", pretrained.teacher.model, plan.finetune),
    student: await classify(context, corpus, "student", pretrained.student.model, plan.finetune),
    undistilled: await classify(context, corpus, "undistilled", pretrained.undistilled.model, plan.finetune),
  };
}

/** Writes the student, then predicts from the written files alone. */
async function exportAndReload({ backend, console }: Context, { task, tokenizer }: DemoCorpus, student: Classified, folder: string): Promise<DemoResult["export"]> {
  const { maxAbsDifference } = await exportModel(folder, { model: student.model, tokenizer }, backend);
  const reloaded = await reloadAndPredict(folder, task.test.map(({ text }) => text));
  const samePredictions = reloaded.filter((label, i) => label === task.labels[student.predicted[i]!]).length;
  const agreement = `${samePredictions} of ${reloaded.length} predictions alike, logits differ by at most ${maxAbsDifference.toExponential(1)}`;
  console.line(`reloaded from ${join(folder, "onnx", "model.onnx")} and tokenizer.json alone: ${agreement}`);
  return { maxAbsDifference, samePredictions };
}

/** Latencies are measured in turn, on one sequence. */
async function closingRows({ backend, signal }: Context, { test, task }: DemoCorpus, pretrained: OfEach<Pretrained>, tuned: OfEach<Classified>): Promise<ModelResult[]> {
  const names = ["teacher", "student", "undistilled"] as const;
  const { sequenceLength } = shape;
  const latencies = await encoderLatencies(backend, names.map((name) => pretrained[name].model.arch), { batchSize: 1, sequenceLength }, { repeats: 101, signal });
  const rows: ModelResult[] = [];
  for (const [i, name] of names.entries()) {
    const { model } = pretrained[name];
    rows.push({
      name, parameters: parameterCount(model.arch).total, gflops: flops(model.arch, { sequence: sequenceLength }).total / 1e9, latencyMs: latencies[i]!,
      mlmLoss: (await evaluateMlm(backend, model, shape, test)).loss, accuracy: tuned[name].accuracy, testExamples: task.test.length,
    });
  }
  const majority = majorityBaseline(["accuracy"], goldLabels(task)).accuracy!;
  return [...rows, { name: "majority", parameters: 0, gflops: 0, latencyMs: 0, mlmLoss: null, accuracy: majority, testExamples: task.test.length }];
}

interface Findings {
  readonly result: DemoResult;
  readonly extraction: Extraction;
  readonly plan: Plan;
  readonly pretrained: OfEach<Pretrained>;
}

function writeResults({ out, seed }: DemoOptions, { prose, tokens }: DemoCorpus, { result, extraction, plan, pretrained }: Findings): void {
  const curves = { teacher: pretrained.teacher.curve, student: pretrained.student.curve, undistilled: pretrained.undistilled.curve };
  const corpus = { words: prose.words, sentences: prose.sentences, trainingTokens: tokens };
  writeFileAtomically(join(out, "run.json"), `${JSON.stringify({ seed, plan, corpus, node: process.version, ...result, extraction, curves }, null, 2)}\n`);
  writeFileAtomically(join(out, "report.html"), renderReport(demoReport({ result, seed, words: prose.words, extraction, curves })));
}
