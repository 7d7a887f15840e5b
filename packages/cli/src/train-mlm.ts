import { engineText } from "@bort/backend";
import { type Corpus, type MlmBatches, type Tokenizer, mlmBatches } from "@bort/data";
import { type MlmShape, type PretrainOptions, type PretrainResult, type TrainingEvent, saveModel, shortFirst } from "@bort/nn";
import { type CommandContext } from "./command.js";
import { type EngineUsed } from "./on-engine.js";
import { type OptionValues } from "./options.js";
import { type NewBar, barsOn } from "./progress.js";
import { batchesOf, openRunCorpus } from "./run-corpus.js";
import { type RunFolder, type RunRequest } from "./run-folder.js";
import { type SequenceOptions, sequencesOf } from "./sequence-options.js";
import { printLine } from "./terminal.js";
import { trainOnEngine } from "./train-on-engine.js";
import { follow } from "./training-events.js";
import { type Curriculum, type RunOptions, type StepOptions, trainingFields } from "./training-options.js";

/** Batches that the validation loss is measured on, at most. */
export const VALIDATION_BATCHES = 8;

export interface TrainMlmOptions {
  readonly out: string;
  readonly request: Omit<RunRequest, "engine">;
  readonly steps: number;
  readonly shape: MlmShape;
  readonly corpus: Corpus;
  /** The tokenizer to use, or the size of the vocabulary to train. */
  readonly tokenizer: Tokenizer | { readonly vocabSize: number };
  readonly flags: OptionValues<StepOptions & RunOptions & SequenceOptions> & { readonly json: boolean; readonly curriculum: Curriculum };
  readonly train: (options: Omit<PretrainOptions, "arch">, place: TrainingPlace) => AsyncGenerator<TrainingEvent, PretrainResult>;
}

/** Where a training keeps and shows what it does beside its steps, and the tokenizer of its text. */
export interface TrainingPlace {
  readonly tokenizer: Tokenizer;
  readonly run: RunFolder;
  readonly bars: NewBar;
}

/** The result of a training command, as `--json` prints it. */
export interface TrainingResult extends EngineUsed {
  readonly steps: number;
  /** Of the last step. */
  readonly loss: number;
  readonly tokensPerSecond: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
  readonly out: string;
}

/** Trains a masked language model in a run folder: its corpus, its checkpoints, and at the end the model. */
export async function trainMlm(options: TrainMlmOptions, { terminal, signal }: CommandContext): Promise<TrainingResult> {
  const { flags, request, shape, steps, out } = options;
  const bars = barsOn(terminal, flags.quiet);
  const result = await trainOnEngine({ out, request, flags, terminal, signal }, async (run, backend, trackers) => {
    const prepared = await openRunCorpus(run, { corpus: options.corpus, tokenizer: options.tokenizer, signal, bars });
    try {
      const { tokenizer } = prepared;
      const sequences = sequencesOf(flags, tokenizer);
      const batches = batchesOf(prepared, { ...shape, ...sequences }, flags.seed, VALIDATION_BATCHES);
      const trainOn = (form: MlmShape): MlmBatches => mlmBatches(prepared.train, { ...form, ...sequences, seed: flags.seed, tokenizer });
      const training = options.train({
        backend, shape, steps, signal, ...batches, ...trainingFields(run, flags),
        ...(flags.curriculum === "short-first" && { curriculum: shortFirst(shape, trainOn) }),
      }, { run, bars, tokenizer });
      const { result: { model, summary }, metrics } = await follow(training, { run, steps, bars, label: request.command, trackers });
      saveModel(run.path, { model, tokenizer });
      const { loss, tokensPerSecond } = summary;
      return { steps: summary.steps, loss, tokensPerSecond, ...metrics };
    } finally {
      prepared.close();
    }
  });
  return report({ ...result, out }, flags.json, { terminal });
}

/** Prints the result for people, unless it is to be printed for programs. */
export function report(result: TrainingResult, json: boolean, { terminal }: Pick<CommandContext, "terminal">): TrainingResult {
  if (json) return result;
  const { steps, loss, tokensPerSecond, engine, threads, out, ...metrics } = result;
  const speed = `${Math.round(tokensPerSecond)} tokens/s (${engineText({ engine, threads })})`;
  const measured = Object.entries(metrics).map(([name, value]) => `, ${wordsOf(name)} ${Number(value).toFixed(4)}`).join("");
  printLine(terminal.stdout, `${steps} steps, loss ${loss.toFixed(4)}${measured}, ${speed}; the model is in ${out}`);
  return result;
}

/** `validationLoss` as `validation loss`. */
export const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
