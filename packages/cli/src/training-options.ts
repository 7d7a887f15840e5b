import { type EncoderArch, type ArchTuple, archOf, maxSequence, parseTuple } from "@bort/arch";
import { type Corpus, type DocumentUnit, type Tokenizer, openCorpus } from "@bort/data";
import { type MlmShape, type Model, type PretrainOptions, type ScheduleName, checkDropout, dropoutEverywhere, schedule } from "@bort/nn";
import { usageError } from "./cli-error.js";
import { type EngineOptions, engineOptions } from "./on-engine.js";
import { type Option, type OptionValues, choice, decimal, described, flag, integer, list, required, text, withDefault } from "./options.js";
import { type RunFolder } from "./run-folder.js";
import { type TrackerOptions, trackerOptions } from "./tracker-options.js";

// A type, not an interface: a table of options is indexed by any name.
export type CorpusOptions = {
  readonly corpus: Option<readonly string[]>;
  readonly documents: Option<DocumentUnit>;
  readonly field: Option<string>;
};

/** Where the text to train on is, and how it is read. */
export const corpusOptions: CorpusOptions = {
  corpus: list("PATH", ".txt, .jsonl or .parquet files, .gz or not, folders of them or patterns with *; may be given again"),
  documents: withDefault(choice(["block", "line", "file"], "what a document of a .txt file is: lines between empty lines, a line, or all of it"), "block"),
  field: withDefault(text("NAME", "field of .jsonl and column of .parquet files that holds the text"), "text"),
};

/** The corpus that the options of a command name; @throws DataError as `openCorpus` does */
export const corpusOf = ({ corpus, documents, field }: OptionValues<CorpusOptions>, signal: AbortSignal): Promise<Corpus> =>
  openCorpus(corpus, { unit: documents, field, signal });

/** Where a run goes. */
export const outOption: Option<string> = required(text("RUN", "the folder to write to"));

// A type, not an interface: a table of options is indexed by any name.
export type RunOptions = EngineOptions & {
  readonly seed: Option<number>;
  readonly resume: Option<boolean>;
  readonly quiet: Option<boolean>;
};

/** How to run, in every command that trains. */
export const runOptions: RunOptions = {
  seed: withDefault(integer("decides every random draw", 0), 0),
  resume: flag("go on with the run in --out; without one there, start it"),
  ...engineOptions,
  quiet: flag("show no progress, nor why it is not the native engine"),
};

export type StepOptions = {
  readonly "learning-rate": Option<number>;
  readonly "warmup-ratio": Option<number>;
  readonly schedule: Option<ScheduleName>;
  readonly dropout: Option<number | undefined>;
  readonly patience: Option<number | undefined>;
  readonly "checkpoint-every": Option<number>;
  readonly "evaluate-every": Option<number | undefined>;
} & TrackerOptions;

/** How to take training steps, with the defaults of the package that trains. */
export const stepOptions = (learningRate: number, warmupRatio: number): StepOptions => ({
  "learning-rate": withDefault(decimal("highest learning rate of AdamW"), learningRate),
  "warmup-ratio": withDefault(decimal("share of the steps over which the learning rate rises"), warmupRatio),
  schedule: withDefault(choice(["linear", "noam", "constant"], "how the learning rate goes on after that"), "linear"),
  dropout: described(decimal("share of embeddings, attention weights and layers' outputs that training drops at random"), "0; Bort has 0.1"),
  patience: described(integer("evaluations without improvement that end the run; its model is the best one", 1), "no end before --steps"),
  "checkpoint-every": withDefault(integer("steps between checkpoints", 1), 100),
  "evaluate-every": described(integer("steps between evaluations", 1), "ten in a run"),
  ...trackerOptions,
});

export type Curriculum = "short-first" | "none";

/** In what order the lengths of the sequences come, in pre-training with a teacher or without. */
export const curriculumOption: Option<Curriculum | undefined> = described(
  choice(["short-first", "none"], "whether sequences start short: half of the steps at about 8 tokens, then doubling; attention is learned sooner"),
  "short-first; none for a model that is trained already");

/** The curriculum given, or the default: what short sequences teach, a trained model knows. */
export const curriculumFor = (given: Curriculum | undefined, trained: object | undefined): Curriculum => given ?? (trained === undefined ? "short-first" : "none");

type TrainingFields = Pick<PretrainOptions, "seed" | "learningRate" | "warmupRatio" | "schedule" | "dropout" | "earlyStopping" | "evaluateEvery" | "checkpoint">;

/** What the options of a command say to a training function; @throws NnError `nn/bad-option` for a rate that cannot be */
export function trainingFields(run: RunFolder, options: OptionValues<StepOptions & RunOptions>): TrainingFields {
  const { seed, schedule, resume, dropout, patience, "learning-rate": learningRate, "warmup-ratio": warmupRatio, "evaluate-every": evaluateEvery } = options;
  const checkpoint = { folder: run.checkpoint, every: options["checkpoint-every"], resume };
  return {
    seed, schedule, learningRate, warmupRatio, checkpoint,
    ...(dropout !== undefined && { dropout: dropoutEverywhere(dropout) }),
    ...(patience !== undefined && { earlyStopping: { patience } }),
    ...(evaluateEvery !== undefined && { evaluateEvery }),
  };
}

type Rates = Pick<OptionValues<StepOptions>, "schedule" | "learning-rate" | "warmup-ratio"> & { readonly dropout?: number | undefined };

/** Throws what training would throw for a learning rate, a warm-up or a dropout that cannot be: NnError `nn/bad-option`. */
export function checkRates(options: Rates): void {
  const { schedule: name, dropout = 0, "learning-rate": learningRate, "warmup-ratio": warmupRatio } = options;
  checkDropout(dropoutEverywhere(dropout));
  schedule(name, { learningRate, warmupRatio, steps: 1 });
}

/** The sequence length given, or the default; @throws CliError `cli/usage` where a model, such as a teacher, cannot read as many tokens */
export function sequenceLengthFor(models: Pick<Model, "arch"> | readonly Pick<Model, "arch">[], given: number | undefined, role: string = "teacher"): number {
  const longest = Math.min(...[models].flat().map(({ arch }) => maxSequence(arch)));
  if (given === undefined || given <= longest) return given ?? Math.min(128, longest);
  throw usageError(`--sequence-length must be at most ${longest}, the tokens that the ${role} reads, got ${given}`);
}

/** A batch of packed sequences, 15% of each masked. */
export const shapeOf = (batchSize: number, sequenceLength: number): MlmShape => ({ batchSize, sequenceLength, maskedPerSequence: Math.ceil(0.15 * sequenceLength) });

/** The option that names the architecture of what begins with fresh weights. */
export const freshArchOption = (of: string): Option<ArchTuple | undefined> => ({
  hint: "D,A,H,I", description: `layers, attention heads, hidden size, FFN size; for a fresh ${of}`,
  read: ([tuple]) => (tuple === undefined ? undefined : parseTuple(tuple)),
});

/** What an encoder must fit: a vocabulary and its padding token. */
export interface VocabularyFrame {
  readonly vocabSize: number;
  readonly padTokenId: number;
}

export const frameOf = ({ vocabSize, special }: Tokenizer): VocabularyFrame => ({ vocabSize, padTokenId: special.pad });

/** The encoder that the command line's <D,A,H,I> stands for; throws what `archOf` throws. */
export const encoderOf = (tuple: ArchTuple, vocabulary: VocabularyFrame, sequenceLength: number): EncoderArch =>
  archOf(tuple, { ...vocabulary, positions: sequenceLength, activation: "geluTanh", layerNormEps: 1e-12, tokenTypes: 0, pooler: false });
