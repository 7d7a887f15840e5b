import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { maxSequence } from "@bort/arch";
import {
  accuracyOf, agora as runAgora, type BortSet, checkConditions, classifierSocrates, type Condition, exampleAnswers, openAgoraJournal, plainFineTuning, type PlainFineTuningOptions,
} from "@bort/agora";
import { type Backend, sharePrograms } from "@bort/graph";
import { type Classifier, loadClassifier, loadEncoder, type ModelFolder, saveModel } from "@bort/nn";
import { type AgoraExamples, agoraExamples, agoraTaskOptions } from "../agora-examples.js";
import { acceptOf, agoraRunOptions, pruneRuleOf } from "../agora-run-options.js";
import { agoraLine, roundsTable } from "../agora-table.js";
import { usageError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { examplesHash } from "../examples-hash.js";
import { findModel, weightsHash } from "../find-model.js";
import { followAgora } from "../follow-agora.js";
import { described, integer, required, text } from "../options.js";
import { barsOn } from "../progress.js";
import { checkRunFolder } from "../run-folder.js";
import { runOnEngine } from "../run-on-engine.js";
import { settingsOf } from "../settings.js";
import { settingsOfRun } from "../settings-of-run.js";
import { castingFor, checkTask } from "../task-options.js";
import { asksModel, tauNames, tauOf, tauOptions } from "../tau-option.js";
import { printLine } from "../terminal.js";
import { thetaOf, thetaOption } from "../theta-option.js";
import { checkTimaeus, timaeusOptions, timaeusTrainings, trainingSettings } from "../timaeus-trainings.js";
import { outOption, runOptions } from "../training-options.js";

/** `bort agora`: fine-tunes a small model by Agora, or plainly with as many trainings. */
export const agora: Command = command({
  name: "agora",
  description: "fine-tune a small model by Agora: with data made of its mistakes, while bad hyperparameters leave",
  options: {
    model: required(text("MODEL", "Timaeus, the model to fine-tune, a folder or a name on Hugging Face's hub")),
    socrates: text("MODEL", "the teacher that labels new texts: a model fine-tuned on the task; needed but for --plain"),
    ...agoraTaskOptions,
    out: outOption,
    theta: thetaOption,
    ...tauOptions,
    ...agoraRunOptions,
    plain: described(integer("fine-tune plainly in as many trainings, with sets in turn and new seeds, to compare with", 1), "Agora"),
    ...timaeusOptions,
    ...runOptions,
  },
  run: async (options, { terminal, signal }) => {
    const { out, resume, seed, plain } = options;
    checkRunFolder(out, resume);
    checkTimaeus(options);
    const taus = tauNames(options);
    const pruneRule = pruneRuleOf(options);
    const accept = acceptOf(options);
    if (plain === undefined && options.socrates === undefined) throw usageError("--socrates is missing: Agora needs a teacher fine-tuned on the task; or give --plain N");
    if (plain !== undefined) refuseForPlain(options);
    checkTask(options.task);
    const socratesFolder = options.socrates === undefined ? undefined : await findModel(options.socrates, options, { terminal, signal });
    const casting = castingFor(options.task, options.casting, socratesFolder === undefined ? undefined : settingsOfRun(socratesFolder).casting);
    const { task, train, evaluation } = await agoraExamples({ ...options, casting }, { terminal, signal });
    const hyperparameters = thetaOf(options.theta, task.name);
    const modelFolder = await findModel(options.model, options, { terminal, signal });
    const { model, tokenizer } = loadEncoder(modelFolder);
    const socrates = socratesFolder === undefined ? undefined : loadClassifier(socratesFolder);
    if (socrates !== undefined) requireLabels(socrates.model, task.labels, task.name);
    const mlmFolder = options.mlm === undefined ? modelFolder : await findModel(options.mlm, options, { terminal, signal });
    const inputs = {
      model: await weightsHash(modelFolder), data: examplesHash([train, evaluation]),
      ...(socratesFolder !== undefined && { socrates: await weightsHash(socratesFolder) }),
      ...(asksModel(taus) && { mlm: await weightsHash(mlmFolder) }),
    };
    const settings = { ...settingsOf(options), ...(casting !== undefined && { casting }), theta: hyperparameters };
    const bars = barsOn(terminal, options.quiet);
    const tell = (line: string): void => {
      if (!options.json && !options.quiet) printLine(terminal.stdout, line);
    };

    const result = await runOnEngine({ out, request: { command: "agora", settings, inputs }, flags: options, terminal }, async (run, engine) => {
      const backend = sharePrograms(engine);
      const models = run.at("models");
      const maxLength = Math.min(options["max-length"], maxSequence(model.arch));
      const { executor, threads } = timaeusTrainings(options, {
        backend, model, tokenizer, evaluation, maxLength, labels: task.labels, folder: models, mistakesOf: options["mistakes-of"], ...trainingSettings(options),
      }, modelFolder);
      const journal = await openAgoraJournal(run.at("agora.jsonl"), { ...settings, inputs, engine: engine.engine, threads });
      try {
        const balance = options.unbalanced ? { balance: false as const } : {};
        const onDiscard = (name: string): void => rmSync(join(models, name), { recursive: true, force: true });
        const common = { train, evaluation, hyperparameters, executor, seed, signal, completed: journal.entries, onDiscard, ...balance };
        const running = socrates === undefined ? plainFineTuning({ ...common, trainings: plain! }) : runAgora({
          ...common, pruneRule, tau: tauOf(taus, backend, mlmFolder), socrates: classifierSocrates({ ...socrates, backend, maxLength: lengthFor(socrates, options["max-length"]) }),
          conditions: await conditionsOf({ ...common, socrates, backend, maxLength: options["max-length"] }),
          override: options.override, copies: options.copies, softLabels: options["soft-labels"], mistakesOf: options["mistakes-of"], start: options.start,
          replay: { most: options.replay }, stopWithoutMistakes: !options["all-rounds"], ...(accept !== undefined && { accept }), ...(options.rounds !== undefined && { rounds: options.rounds }),
        });
        const found = await followAgora(running, { run, journal, bars, signal, tell });
        saveModel(run.path, { model: loadClassifier(join(models, found.model)).model, tokenizer });
        for (const name of readdirSync(models)) if (name !== found.model) onDiscard(name);
        return found;
      } finally {
        await journal.close();
        await backend.disposePrograms();
      }
    });
    if (!options.json) {
      printLine(terminal.stdout, roundsTable(result.rounds));
      printLine(terminal.stdout, `${agoraLine(result)}; the model is in ${out}`);
    }
    return { ...result, out };
  },
});

/** The most tokens that a model reads, where no fewer are asked for. */
const lengthFor = ({ model: { arch } }: Pick<ModelFolder<Classifier>, "model">, asked: number): number => Math.min(asked, maxSequence(arch));

interface ConditionsOptions extends Pick<AgoraExamples, "evaluation" | "train">, Pick<PlainFineTuningOptions<BortSet, unknown>, "balance"> {
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly socrates: ModelFolder<Classifier>;
  readonly backend: Backend;
  readonly maxLength: number;
}

/** What the theorem asks for, as it is with this Socrates and these examples. */
async function conditionsOf({ socrates, backend, signal, maxLength, ...options }: ConditionsOptions): Promise<readonly Condition[]> {
  const { evaluation } = options;
  const answers = await exampleAnswers(evaluation, { ...socrates, backend, signal, maxLength: lengthFor(socrates, maxLength) });
  return checkConditions({ ...options, socratesAccuracy: accuracyOf(evaluation, answers) });
}

/** @throws CliError `cli/usage` for a Socrates of another task; its labels may stand in any order */
function requireLabels({ head }: Classifier, labels: readonly string[], task: string): void {
  if (head.labels.length === labels.length && head.labels.every((label) => labels.includes(label))) return;
  const words = (names: readonly string[]): string => (names.length === 0 ? "a value" : names.join(", "));
  throw usageError(`--socrates needs a model of what ${task} has, ${words(labels)}, got one of ${words(head.labels)}; fine-tune it on the task`);
}

/** @throws CliError `cli/usage` for options that say nothing to trainings without rounds */
function refuseForPlain(options: Readonly<Record<string, unknown>>): void {
  const unset: Readonly<Record<string, unknown>> = {
    "socrates": undefined, "mlm": undefined, "rounds": undefined, "confidence": undefined, "prune-share": undefined, "copies": 1, "replay": 0, "start": "pre-trained", "rule": "lcs-root",
    "mistakes-of": "evaluation", "soft-labels": false, "label-preserving": false, "all-rounds": false, "override": false,
  };
  const given = Object.keys(unset).find((name) => options[name] !== unset[name]) ?? ((options["tau"] as readonly string[]).length > 0 ? "tau" : undefined);
  if (given !== undefined) throw usageError(`--${given} says nothing to --plain, which has no rounds; leave it out`);
}
