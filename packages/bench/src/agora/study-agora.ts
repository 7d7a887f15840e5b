import { join } from "node:path";
import {
  accuracyOf, agora, type AgoraOptions, checkConditions, classifierSocrates, type Condition, exampleAnswers, type ExampleAnswersOptions, type FineTuningSet, maskFill, oneOf, plainFineTuning,
  type RoundSummary, type Socrates, type Tau, type TimaeusStep, wordDropout, wordModel,
} from "@bort/agora";
import { maxSequence } from "@bort/arch";
import { taskNamed, type TextExample, type TextTask } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type Classifier, type EncoderModel, fingerprint, type MlmModel, type ModelFolder } from "@bort/nn";
import { type FinishedRuns, openFinishedRuns } from "../finished-runs.js";
import { type AgoraSetting, type StudyTask, thetaOf } from "./agora-setting.js";
import { type Cell, drawCell, withoutEvaluation } from "./draw-cell.js";
import { generateExamples } from "./generate-examples.js";
import { type ArmResult, type ArmRun, type CommonOptions, discardModels, runArm } from "./run-arm.js";
import { studyRules } from "./study-rules.js";
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
  /** Whether to begin no other arm, so that what is finished is all that is reported. Default: never. */
  readonly isOver?: () => boolean;
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

/**
 * Compares Agora with plain fine-tuning on every task of the setting, seed by seed, and then the prune rules; what the folder has is not done again. Throws what
 * the trainings throw, and BenchError `bench/other-run`.
 */
export async function studyAgora(work: AgoraWork): Promise<TaskResult[]> {
  const words = wordModel({ backend: work.backend, ...work.socratesBase });
  const tau = oneOf(wordDropout(), maskFill(words));
  try {
    const studies: TaskStudy[] = [];
    for (const planned of work.setting.tasks) studies.push(await TaskStudy.open(work, planned, tau));
    for (const seed of work.setting.seeds) for (const study of studies) await study.compareArms(seed);
    for (const study of studies) await study.compareRules();
    return studies.map(({ result }) => result);
  } finally {
    await words.close();
  }
}

/** A study of one task. */
class TaskStudy {
  readonly #cells: CellResult[] = [];
  readonly #rules: { rule: string; result: ArmResult }[] = [];
  readonly #arms: FinishedRuns<ArmResult>;
  readonly #tauAlone: FinishedRuns<readonly TextExample[]>;

  private constructor(
    private readonly work: AgoraWork, private readonly task: TextTask, private readonly cells: readonly Cell[], private readonly tau: Tau,
    private readonly teacher: TaskResult["socrates"] & { readonly model: Classifier }, private readonly settings: Readonly<Record<string, unknown>>,
  ) {
    this.#arms = openFinishedRuns(join(this.#folder, "arms.jsonl"), settings);
    this.#tauAlone = openFinishedRuns(join(this.#folder, "tau-alone.jsonl"), settings);
  }

  /** Draws the examples, and has a teacher learn of those that no student is evaluated on. */
  static async open(work: AgoraWork, { name, sizes }: StudyTask, tau: Tau): Promise<TaskStudy> {
    const { setting, student, socratesBase, backend, engine, tell } = work;
    const task = taskNamed(name);
    const all = await task.examples("train", work.data);
    const cells = sizes.flatMap((size) => setting.seeds.map((seed) => drawCell(all, size, seed, setting)));
    const examples = withoutEvaluation(all, cells);
    const count = Math.min(examples.length, setting.socrates.mostExamples);
    tell(`${name}: Socrates learns of ${count} of ${all.length} examples`);
    const model = await trainSocrates({ backend, base: socratesBase, task, examples, setting, folder: join(work.folder, task.name, "socrates") });
    const test = await testScore({ ...asking(work, model), task, directory: work.data });
    tell(`${name}: Socrates has ${task.metrics[0]} ${test.metric.toFixed(3)} on dev`);
    const { tasks, rules, ...rest } = setting;
    const settings = {
      engine, sizes, tau: tau.name, examples: all.length, setting: rest, student: fingerprint(student.model.parameters.flat), socrates: fingerprint(model.parameters.flat),
    };
    return new TaskStudy(work, task, cells, tau, { model, examples: count, test }, settings);
  }

  get result(): TaskResult {
    const { task, teacher: { examples, test } } = this;
    return { task: task.name, metric: task.metrics[0]!, socrates: { examples, test }, cells: this.#cells, rules: this.#rules };
  }

  /** All arms of the cells of a seed; a cell that time ran out in is left out of the result. */
  async compareArms(seed: number): Promise<void> {
    for (const cell of this.cells.filter((each) => each.seed === seed)) {
      const found = await this.#compareArms(cell);
      if (found !== undefined) this.#cells.push(found);
    }
  }

  /** Every prune rule on the first cell, to the end of Theta, if the setting has them tried on this task. */
  async compareRules(): Promise<void> {
    const { setting: { rules: { task, theta } } } = this.work;
    if (task !== this.task.name) return;
    const cell = this.cells[0]!;
    const hyperparameters = thetaOf(theta, cell.seed);
    for (const pruneRule of studyRules) {
      const start = (common: CommonOptions): ArmRun => this.#agora({ ...common, pruneRule, stopWithoutMistakes: false });
      const result = await this.#arm(cell, `rule ${pruneRule.name}`, hyperparameters, start);
      if (result !== undefined) this.#rules.push({ rule: pruneRule.name, result });
    }
  }

  async #compareArms(cell: Cell): Promise<CellResult | undefined> {
    const { train, evaluation, seed, size, drawn, examples, epochs } = cell;
    const socrates = accuracyOf(evaluation, await exampleAnswers(evaluation, this.#asked));
    const conditions = checkConditions({ train, evaluation, seed, socratesAccuracy: socrates });
    const violated = conditions.filter(({ status }) => status === "violated").map(({ name }) => name);
    if (violated.length > 0) this.work.tell(`${this.#nameOf(cell)}: overridden, as violated: ${violated.join(", ")}`);
    const arms = await this.#allArms(cell, conditions);
    return arms && { size, seed, drawn, examples, epochs, evaluation: evaluation.length, conditions, socrates, arms };
  }

  async #allArms(cell: Cell, conditions: readonly Condition[]): Promise<CellResult["arms"] | undefined> {
    const { train, seed } = cell;
    const { theta, rule } = this.work.setting;
    const hyperparameters = thetaOf(theta, seed);
    const pruneRule = studyRules.find(({ name }) => name === rule)!;
    const ofAgora = await this.#arm(cell, "agora", hyperparameters, (common) => this.#agora({ ...common, pruneRule, conditions }));
    if (ofAgora === undefined) return undefined;
    const { trainings, generated } = ofAgora;
    const plain = await this.#arm(cell, "plain", hyperparameters, (common) => plainFineTuning({ ...common, trainings }));
    const extra = await this.#tauAlone.run(this.#nameOf(cell), () => generateExamples(train, generated, { ...this.#makers, seed }));
    const tauAlone = await this.#arm(cell, "tau alone", hyperparameters, (common) => plainFineTuning({ ...common, train: [...train, ...extra], trainings }));
    return plain && tauAlone && { agora: ofAgora, plain, "tau alone": tauAlone };
  }

  #agora(options: CommonOptions & Pick<AgoraOptions<FineTuningSet, TimaeusStep>, "conditions" | "pruneRule" | "stopWithoutMistakes">): ArmRun {
    return agora({ ...options, ...this.#makers, override: true, copies: this.work.setting.copies });
  }

  /** What an arm came to, now or before; undefined where it is not begun, as time is over. */
  async #arm(cell: Cell, arm: string, hyperparameters: readonly FineTuningSet[], start: (common: CommonOptions) => ArmRun): Promise<ArmResult | undefined> {
    const { task, settings, work: { backend, data, student, setting, tell, isOver } } = this;
    const name = `${this.#nameOf(cell)}, ${arm}`;
    const folder = join(this.#folder, name.replaceAll(/[^a-zA-Z0-9.]+/g, "-"));
    const onRound = ({ round, sets, examples, accuracy, generated }: RoundSummary): void =>
      tell(`${name}: round ${round}, ${sets} sets on ${examples} examples, accuracy ${accuracy.toFixed(3)} on E, ${generated} generated`);
    const maxLength = Math.min(setting.maxLength, maxSequence(student.model.arch));
    if (isOver?.() === true && !this.#arms.has(name)) return undefined;
    const result = await this.#arms.run(name, () => runArm({
      ...student, backend, task, data, cell, folder, onRound, maxLength, hyperparameters, start, batchSize: setting.batchSize, settings: { ...settings, arm: name },
    }));
    discardModels(folder);
    tell(`${name}: ${result.trainings} trainings in ${result.seconds.toFixed(0)} s, ${task.metrics[0]} ${result.test.metric.toFixed(3)} on dev`);
    return result;
  }

  get #makers(): { readonly tau: Tau; readonly socrates: Socrates } {
    return { tau: this.tau, socrates: classifierSocrates(this.#asked) };
  }

  get #asked(): Asking {
    return asking(this.work, this.teacher.model);
  }

  get #folder(): string {
    return join(this.work.folder, this.task.name);
  }

  #nameOf({ size, seed }: Cell): string {
    return `${this.task.name} ${size}, seed ${seed}`;
  }
}

type Asking = Pick<ExampleAnswersOptions, "backend" | "model" | "tokenizer"> & { readonly maxLength: number };

/** How a Socrates is asked. */
const asking = ({ backend, socratesBase: { tokenizer }, setting }: AgoraWork, model: Classifier): Asking =>
  ({ backend, model, tokenizer, maxLength: Math.min(setting.maxLength, maxSequence(model.arch)) });
