import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTuple } from "@bort/arch";
import { corpusFingerprint, documents, openCorpus, prepareCorpus } from "@bort/data";
import { BenchError } from "../bench-error.js";
import { compareStudents } from "../distillation/compare-students.js";
import { type DistillationResult, distillationReport, findings, stepsTable } from "../distillation/distillation-report.js";
import { type DistillationSetting, type DistillationStudy, distillationSetting, distillationStudy, parametersOf } from "../distillation/distillation-study.js";
import { type CurvePoint, type LearningCurve } from "../distillation/learning-curve.js";
import { timeTeaching } from "../distillation/time-teaching.js";
import { trainTeacher } from "../distillation/train-teacher.js";
import { thisMachine } from "../machine.js";
import { openFinishedRuns } from "../finished-runs.js";
import { renderReport } from "../report/report.js";
import { parseStepShape } from "../step-shape.js";
import { consoleTable } from "../terminal/console-table.js";
import { type Command, type Finding, type Flags, countFlag, jsonFile, textFlag } from "./command.js";
import { engineFlags, engineText, onEngine } from "./on-engine.js";

/** Whether a teacher saves a student steps, as in Bort's section 4.3: 17,000 against 22,000. */
export const command: Command = {
  flags: [...engineFlags, "shape", "teacher", "steps", "teacher-steps", "learning-rates", "seeds", "folder", "out"],
  run: async (paths, flags) => {
    if (paths.length === 0) throw new BenchError("bench/bad-option", "bench: distillation needs files or folders of text, got none; see --help");
    const setting = settingOf(flags);
    const corpus = await openCorpus(paths);
    const given = textFlag(flags, "folder");
    const folder = given ?? mkdtempSync(join(tmpdir(), "bort-bench-distillation-"));
    try {
      const { vocabSize } = setting;
      const prepared = await prepareCorpus(join(folder, "corpus"), () => documents(corpus), { tokenizer: { vocabSize }, source: corpusFingerprint(corpus) });
      try {
        return await measure(distillationStudy(setting, prepared), folder, flags);
      } finally {
        prepared.close();
      }
    } finally {
      if (given === undefined) rmSync(folder, { recursive: true });
    }
  },
};

const measure = (study: DistillationStudy, folder: string, flags: Flags): Promise<Finding> => onEngine(flags, async (backend, facts) => {
  const { setting } = study;
  const { model, ...teacher } = await trainTeacher({ backend, study, folder: join(folder, "teacher"), onPoint: (point) => tell("teacher", point) });
  const runs = openFinishedRuns<LearningCurve>(join(folder, "students.jsonl"), { ...facts, setting });
  const students = await compareStudents({ backend, study, teacher: model, runs, onPoint: tell });
  const result: DistillationResult = {
    machine: thisMachine(), setting, ...sizesOf(study), teacher, ...students, times: await timeTeaching({ backend, study, teacher: model }),
  };
  const engine = engineText(facts);
  return {
    result: { ...facts, ...result },
    text: [`distillation on ${engine}`, ...findings(result), consoleTable(stepsTable(result.comparison))].join("\n"),
    files: { "distillation.json": jsonFile({ ...facts, ...result }), "distillation.html": renderReport(distillationReport(result, engine)) },
  };
});

const tell = (run: string, { step, loss, accuracy }: CurvePoint): void =>
  void process.stderr.write(`${run}: step ${step}, loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(2)}%\n`);

const sizesOf = (study: DistillationStudy): Pick<DistillationResult, "parameters" | "tokens"> => {
  const { setting: { shape, student, teacher }, corpus: { train, validation } } = study;
  return {
    tokens: { train: train.tokens, validation: validation.tokens, measured: study.validation.length * shape.batchSize * shape.maskedPerSequence },
    parameters: { student: parametersOf(study, student), teacher: parametersOf(study, teacher) },
  };
};

function settingOf(flags: Flags): DistillationSetting {
  const { teacher, steps: defaultSteps, teacherSteps } = distillationSetting;
  const steps = countFlag(flags, "steps", { fallback: defaultSteps });
  return {
    ...distillationSetting, ...shapeFields(flags), steps, evaluateEvery: Math.ceil(steps / 40), learningRates: ratesFlag(flags),
    teacher: parseTuple(textFlag(flags, "teacher") ?? teacher.join(",")), teacherSteps: countFlag(flags, "teacher-steps", { fallback: teacherSteps }),
    seeds: Array.from({ length: countFlag(flags, "seeds", { fallback: 3 }) }, (_, seed) => seed),
  };
}

function shapeFields(flags: Flags): Partial<DistillationSetting> {
  const text = textFlag(flags, "shape");
  if (text === undefined) return {};
  const { batchSize, sequenceLength, maskedPerSequence, depth, heads, hiddenSize, intermediateSize, vocabSize } = parseStepShape(text);
  return { shape: { batchSize, sequenceLength, maskedPerSequence }, student: [depth, heads, hiddenSize, intermediateSize], vocabSize };
}

function ratesFlag(flags: Flags): readonly number[] {
  const text = textFlag(flags, "learning-rates");
  if (text === undefined) return distillationSetting.learningRates;
  const rates = text.split(",").map(Number);
  if (rates.every((rate) => rate > 0 && rate < Infinity)) return rates;
  throw new BenchError("bench/bad-option", `bench: --learning-rates must be numbers above 0 with commas between, got ${JSON.stringify(text)}; for example 1e-3,2e-3`);
}
