import { join } from "node:path";
import {
  accuracyOf, agora, checkConditions, classifierSocrates, type Condition, exampleAnswers, maskFill, oneOf, plainFineTuning, type PruneRule, type RoundSummary, type Tau, wordDropout, wordModel,
} from "@bort/agora";
import { maxSequence } from "@bort/arch";
import { taskNamed, type TextExample, type TextTask } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type Classifier, type EncoderModel, fingerprint, type MlmModel, type ModelFolder } from "@bort/nn";
import { type FinishedRuns, openFinishedRuns } from "../finished-runs.js";
import { type AgoraSetting, pruneRules, type StudyTask, thetaOf } from "./agora-setting.js";
import { type Cell, drawCell, withoutEvaluation } from "./draw-cell.js";
import { generateExamples } from "./generate-examples.js";
import { type ArmResult, type ArmRun, type CommonOptions, discardModels, runArm } from "./run-arm.js";
import { testScore, type TestScore } from "./test-score.js";
import { trainSocrates } from "./train-socrates.js";

/** What a study works with. */
export interface AgoraWork {
  /** One of `sharePrograms`. */
  readonly backend: Backend;
  /** What computes; a folder is gone on with on the same alone. */
  readonly engine: object;
  readonly setting: AgoraSetting;
  /** Timaeus, pre-trained. */
  readonly student: ModelFolder<EncoderModel>;
  /** Of every Socrates, and asked for words by tau. */
  readonly socratesBase: ModelFolder<MlmModel>;
  /** Where the tasks' files are. */
  readonly data: string;
  /** Where everything that is done is kept. */
  readonly folder: string;
  readonly tell: (line: string) => void;
}

/** Agora; the same number of plain trainings; these on as many new examples as Agora's, made of D at random. */
export const armNames = ["agora", "plain", "tau alone"] as const;
export type ArmName = (typeof armNames)[number];

/** One size and seed of a task. */
export interface CellResult extends Pick<Cell, "drawn" | "epochs" | "examples" | "seed" | "size"> {
  /** |E|. */
  readonly evaluation: number;
  readonly conditions: readonly Condition[];
  /** Accuracy on E. */
  readonly socrates: number;
  readonly arms: Readonly<Record<ArmName, ArmResult>>;
}

export interface TaskResult {
  readonly task: string;
  /** The one that `TestScore` has. */
  readonly metric: string;
  readonly socrates: { readonly examples: number; readonly test: TestScore };
  readonly cells: readonly CellResult[];
  /** Agora by each prune rule, where the setting has them tried on this task. */
  readonly rules: readonly { readonly rule: string; readonly result: ArmResult }[];
}

/** Compares Agora with plain fine-tuning on every task of the setting; what the folder has is not done again. Throws what the trainings throw, and BenchError `bench/other-run`. */
export async function studyAgora(work: AgoraWork): Promise<TaskResult[]> {
  const words = wordModel({ backend: work.backend, ...work.socratesBase });
  const tau = oneOf(wordDropout(), maskFill(words));
  try {
    const results: TaskResult[] = [];
    for (const planned of work.setting.tasks) results.push(await (await TaskStudy.open(work, planned, tau)).result());
    return results;
  } finally {
    await words.close();
  }
}

class TaskStudy {
  private constructor(
    private readonly work: AgoraWork, private readonly task: TextTask, private readonly cells: readonly Cell[], private readonly tau: Tau, private readonly folder: string,
    private readonly teacher: { readonly model: Classifier; readonly examples: number }, private readonly settings: Readonly<Record<string, unknown>>,
  ) {}

  static async open(work: AgoraWork, { name, sizes }: StudyTask, tau: Tau): Promise<TaskStudy> {
    const { setting, student, socratesBase, tell } = work;
    const task = taskNamed(name);
    const all = await task.examples("train", work.data);
    const cells = sizes.flatMap((size) => setting.seeds.map((seed) => drawCell(all, size, seed, setting)));
    const examples = withoutEvaluation(all, cells);
    const folder = join(work.folder, task.name);
    tell(`${name}: Socrates learns of up to ${examples.length} of ${all.length} examples`);
    const model = await trainSocrates({ backend: work.backend, base: socratesBase, task, examples, setting, folder: join(folder, "socrates") });
    const { tasks, ...rest } = setting;
    const settings = {
      engine: work.engine, setting: rest, sizes, tau: tau.name, data: all.length, student: fingerprint(student.model.parameters.flat), socrates: fingerprint(model.parameters.flat),
    };
    return new TaskStudy(work, task, cells, tau, folder, { model, examples: Math.min(examples.length, setting.socrates.mostExamples) }, settings);
  }

  async result(): Promise<TaskResult> {
    const { task, teacher, work: { tell, data } } = this;
    const test = await testScore({ ...this.#asked, task, directory: data });
    tell(`${task.name}: Socrates has ${task.metrics[0]} ${test.metric.toFixed(3)} on dev`);
    const runs = openFinishedRuns<ArmResult>(join(this.folder, "arms.jsonl"), this.settings);
    const made = openFinishedRuns<readonly TextExample[]>(join(this.folder, "tau-alone.jsonl"), this.settings);
    const cells: CellResult[] = [];
    for (const cell of this.cells) cells.push(await this.#cell(cell, runs, made));
    return { task: task.name, metric: task.metrics[0]!, socrates: { examples: teacher.examples, test }, cells, rules: await this.#rules(runs) };
  }

  async #cell(cell: Cell, runs: FinishedRuns<ArmResult>, made: FinishedRuns<readonly TextExample[]>): Promise<CellResult> {
    const { train, evaluation, seed, size, drawn, examples, epochs } = cell;
    const accuracy = accuracyOf(evaluation, await exampleAnswers(evaluation, this.#asked));
    const conditions = checkConditions({ train, evaluation, seed, socratesAccuracy: accuracy });
    const violated = conditions.filter(({ status }) => status === "violated").map(({ name }) => name);
    if (violated.length > 0) this.work.tell(`${this.#nameOf(cell)}: overridden, as violated: ${violated.join(", ")}`);
    const hyperparameters = thetaOf(this.work.setting.theta, seed);
    const arm = (name: ArmName, start: (common: CommonOptions) => ArmRun): Promise<ArmResult> => this.#arm(cell, { name, hyperparameters, runs, start });
    const ofAgora = await arm("agora", (common) => this.#agora(common, conditions));
    const { trainings, generated } = ofAgora;
    const plain = await arm("plain", (common) => plainFineTuning({ ...common, trainings }));
    const extra = await made.run(this.#nameOf(cell), () => generateExamples(train, generated, { ...this.#makers, seed }));
    const tauAlone = await arm("tau alone", (common) => plainFineTuning({ ...common, train: [...train, ...extra], trainings }));
    return { size, seed, drawn, examples, epochs, evaluation: evaluation.length, conditions, socrates: accuracy, arms: { agora: ofAgora, plain, "tau alone": tauAlone } };
  }

  /** Every prune rule on the first cell, to the end of Theta. */
  async #rules(runs: FinishedRuns<ArmResult>): Promise<TaskResult["rules"]> {
    const { rules: { task, theta } } = this.work.setting;
    if (task !== this.task.name) return [];
    const cell = this.cells[0]!;
    const results: { rule: string; result: ArmResult }[] = [];
    for (const rule of pruneRules) {
      const start = (common: CommonOptions): ArmRun => this.#agora(common, [], rule);
      results.push({ rule: rule.name, result: await this.#arm(cell, { name: `rule ${rule.name}`, hyperparameters: thetaOf(theta, cell.seed), runs, start }) });
    }
    return results;
  }

  /** With a rule, it goes on where there are no mistakes. */
  #agora(common: CommonOptions, conditions: readonly Condition[], pruneRule?: PruneRule): ArmRun {
    const { setting: { copies } } = this.work;
    return agora({ ...common, ...this.#makers, conditions, override: true, copies, ...(pruneRule !== undefined && { pruneRule, stopWithoutMistakes: false }) });
  }

  async #arm(cell: Cell, { name, runs, ...options }: Pick<Parameters<typeof runArm>[0], "hyperparameters" | "start"> & { readonly name: string; readonly runs: FinishedRuns<ArmResult> }): Promise<ArmResult> {
    const { task, settings, work: { backend, data, student, setting, tell } } = this;
    const key = `${this.#nameOf(cell)}, ${name}`;
    const folder = join(this.folder, key.replaceAll(/[^a-zA-Z0-9]+/g, "-"));
    const onRound = ({ round, sets, examples, accuracy, generated }: RoundSummary): void =>
      tell(`${key}: round ${round}, ${sets} sets on ${examples} examples, accuracy ${accuracy.toFixed(3)} on E, ${generated} generated`);
    const maxLength = Math.min(setting.maxLength, maxSequence(student.model.arch));
    const result = await runs.run(key, () => runArm({
      backend, ...student, task, data, cell, folder, onRound, maxLength, batchSize: setting.batchSize, settings: { ...settings, arm: key }, ...options,
    }));
    discardModels(folder);
    tell(`${key}: ${result.trainings} trainings in ${result.seconds.toFixed(0)} s, ${task.metrics[0]} ${result.test.metric.toFixed(3)} on dev`);
    return result;
  }

  get #makers(): { readonly tau: Tau; readonly socrates: ReturnType<typeof classifierSocrates> } {
    return { tau: this.tau, socrates: classifierSocrates(this.#asked) };
  }

  /** How Socrates is asked. */
  get #asked(): { readonly backend: Backend; readonly model: Classifier; readonly tokenizer: AgoraWork["socratesBase"]["tokenizer"]; readonly maxLength: number } {
    const { teacher: { model }, work: { backend, socratesBase: { tokenizer }, setting } } = this;
    return { backend, model, tokenizer, maxLength: Math.min(setting.maxLength, maxSequence(model.arch)) };
  }

  #nameOf({ size, seed }: Cell): string {
    return `${this.task.name} ${size}, seed ${seed}`;
  }
}
