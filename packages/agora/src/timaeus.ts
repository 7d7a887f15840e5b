import { join } from "node:path";
import { maxSequence } from "@bort/arch";
import { classificationBatches, type TextExample, type Tokenizer } from "@bort/data";
import { type Backend } from "@bort/graph";
import { adamW, type Classifier, dropoutEverywhere, type DropoutRates, type EncoderModel, finetune, loadClassifier, NotFiniteError, saveModel, type ScheduleName } from "@bort/nn";
import { inProcessExecutor, type TrialExecutor } from "@bort/trials";
import { AgoraError } from "./agora-error.js";
import { type TimaeusResult, type TimaeusTask } from "./agora-options.js";
import { accuracyOf, exampleAnswers, mistakesOf } from "./example-answers.js";
import { type BortSet, type HyperparameterSet } from "./hyperparameter-sets.js";
import { requireDistinctSets } from "./require-distinct-sets.js";

/** A set of Theta for real models: Bort's names; `batchSize`, `epochs` and `dropout` may stand in it, too, and then take the place of those of all trainings. */
export type FineTuningSet = BortSet;

const names = { required: ["learningRate", "weightDecay", "warmupRatio", "seed"], optional: ["batchSize", "epochs", "dropout"] } as const;

/** Sets that real models can be trained with; @throws AgoraError `agora/bad-option` for a value that is missing, unknown or no number, which it names, or a set that is there twice */
export function fineTuningSets(sets: readonly HyperparameterSet[]): readonly FineTuningSet[] {
  requireDistinctSets(sets);
  return sets.map((set, i) => {
    const missing = names.required.find((name) => set[name] === undefined);
    const known: readonly string[] = [...names.required, ...names.optional];
    const unknown = Object.keys(set).find((name) => !known.includes(name));
    const wrong = Object.entries(set).find(([, value]) => typeof value !== "number" || !Number.isFinite(value));
    const problem = missing !== undefined ? `without ${missing}` : unknown !== undefined ? `with "${unknown}"` : wrong !== undefined ? `whose ${wrong[0]} is ${JSON.stringify(wrong[1])}` : undefined;
    if (problem === undefined) return set as FineTuningSet;
    throw new AgoraError("agora/bad-option", `agora: a hyperparameter set needs the numbers ${names.required.join(", ")}, and may have ${names.optional.join(", ")}, got set ${i} ${problem}`);
  });
}

/** What all trainings of Timaeus have in common. */
export interface TimaeusOptions {
  /** One of `sharePrograms` compiles once for all trainings, however many sets there are. */
  readonly backend: Backend;
  /** Timaeus before it is fine-tuned: pre-trained. */
  readonly model: EncoderModel;
  readonly tokenizer: Tokenizer;
  /** Of the task, in the order of the model's outputs; none where examples have values. */
  readonly labels: readonly string[];
  /** E. */
  readonly evaluation: readonly TextExample[];
  /** Folder that trained models are kept in, each in one of its own, by whose name they are known. */
  readonly folder: string;
  /** Passes over D. Default 3. */
  readonly epochs?: number;
  /** Default 16. */
  readonly batchSize?: number;
  /** The most tokens of an example that are read. Default 128, or as many as the model has positions for. */
  readonly maxLength?: number;
  /** What training drops at random, wherever the set says nothing. Default: nothing. */
  readonly dropout?: DropoutRates;
  /** Default linear. */
  readonly schedule?: ScheduleName;
  /** As in the options of `agora`: whose mistakes are reported. Default `evaluation`. */
  readonly mistakesOf?: "evaluation" | "training";
}

/** How far a training is. */
export interface TimaeusStep {
  /** Steps done. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

/**
 * One training of Timaeus: fine-tunes it on D with the set's values, measures it on E and saves it.
 *
 * @throws NotFiniteError where it diverges; AgoraError `agora/bad-option` for a set that is none; what `finetune` and `saveModel` throw; the signal's reason
 */
export async function* trainTimaeus(task: TimaeusTask<FineTuningSet>, options: TimaeusOptions, signal: AbortSignal): AsyncGenerator<TimaeusStep, TimaeusResult, void> {
  const { backend, tokenizer, labels, evaluation, model: preTrained, schedule } = options;
  const [theta] = fineTuningSets([task.theta]) as [FineTuningSet];
  const { batchSize = options.batchSize ?? 16, epochs = options.epochs ?? 3 } = theta;
  const maxLength = options.maxLength ?? Math.min(128, maxSequence(preTrained.arch));
  const train = classificationBatches(task.examples, { tokenizer, labels, batchSize, maxLength, seed: theta.seed, order: "shuffled" });
  const dropout = theta["dropout"] === undefined ? options.dropout : dropoutEverywhere(theta["dropout"]);
  const training = finetune({
    backend, labels, train, batchSize, signal, steps: epochs * train.stepsPerEpoch, seed: theta.seed, learningRate: theta.learningRate, warmupRatio: theta.warmupRatio,
    optimizer: adamW({ weightDecay: theta.weightDecay }), ...(dropout !== undefined && { dropout }), ...(schedule !== undefined && { schedule }),
    ...(task.from === undefined ? { model: preTrained } : { model: loadClassifier(join(options.folder, task.from)).model, head: "kept" }),
  });
  let next = await training.next();
  for (; next.done !== true; next = await training.next()) {
    if (next.value.type === "step") yield { step: next.value.step, steps: next.value.steps, loss: next.value.loss };
  }
  signal.throwIfAborted();
  const { model } = next.value;
  const reading = { backend, model, tokenizer, batchSize, maxLength, signal };
  const answers = await exampleAnswers(evaluation, reading);
  const mistakes = options.mistakesOf === "training" ? mistakesOf(task.examples, await exampleAnswers(task.examples, reading)) : mistakesOf(evaluation, answers);
  return { accuracy: accuracyOf(evaluation, answers), mistakes, model: keep(task, model, options) };
}

/** Trains Timaeus in this process, with one set after another; a training that diverges has failed, and the others go on. */
export function timaeusExecutor(options: TimaeusOptions): TrialExecutor<TimaeusTask<FineTuningSet>, TimaeusStep, TimaeusResult> {
  return inProcessExecutor(async (task, { signal, onProgress }) => {
    const training = trainTimaeus(task, options, signal);
    let next = await training.next();
    for (; next.done !== true; next = await training.next()) onProgress(next.value);
    return next.value;
  }, { failure: (error) => (error instanceof NotFiniteError ? error.message : undefined) });
}

/** Saves a trained model under a name that tells its place in the run; a training that is made again takes the same one. */
function keep({ round, replay, theta }: TimaeusTask<FineTuningSet>, model: Classifier, { folder, tokenizer }: TimaeusOptions): string {
  const name = [`round-${round}`, ...(replay > 0 ? [`replay-${replay}`] : []), ...Object.entries(theta).map(([key, value]) => `${key}-${value}`)].join("_");
  saveModel(join(folder, name), { model, tokenizer });
  return name;
}
