import { type ArchTuple, type EncoderArch } from "@bort/arch";
import { type Tokenizer } from "@bort/data";
import { usageError } from "./cli-error.js";
import { type FoundMlmModel, findMlmModel } from "./find-mlm-model.js";
import { type FindModelContext } from "./find-model.js";
import { modelOrArch } from "./model-or-arch.js";
import { encoderOf, frameOf, sequenceLengthFor } from "./training-options.js";

/** What the options say of it. */
export interface MlmStartOptions {
  readonly model: string | undefined;
  readonly arch: ArchTuple | undefined;
  readonly "vocab-size": number | undefined;
  readonly "sequence-length": number | undefined;
  /** Whether the weights of `model` are left where they are. Default false. */
  readonly fresh?: boolean;
  readonly quiet: boolean;
}

/** What the pre-training of a masked language model begins with. */
export interface MlmStart {
  /** Of a fresh one, with a vocabulary that may come out smaller. */
  readonly arch: EncoderArch;
  /** The tokenizer to use, or the size of the vocabulary to train. */
  readonly tokenizer: Tokenizer | { readonly vocabSize: number };
  readonly sequenceLength: number;
  /** SHA-256 of the weights, where there are some. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Absent where all is fresh. */
  readonly trained?: FoundMlmModel;
  /** The architecture, now that the vocabulary is there. */
  readonly archFor: (tokenizer: Tokenizer) => EncoderArch;
}

/**
 * The model of `--model`, or a fresh one of its architecture and vocabulary, or by `--arch` with a vocabulary of its own.
 *
 * @throws CliError `cli/usage`; what `findMlmModel` and `encoderOf` throw
 */
export async function mlmStart(options: MlmStartOptions, context: FindModelContext): Promise<MlmStart> {
  const { fresh = false } = options;
  const start = modelOrArch("model", options.model, options.arch, fresh);
  if (typeof start !== "string") return freshStart(start, options);
  if (options["vocab-size"] !== undefined) throw usageError("--vocab-size says nothing to --model, which has its vocabulary; leave it out");
  const trained = await findMlmModel(start, options, context);
  const { model: { arch }, tokenizer, sha256 } = trained;
  return { arch, tokenizer, sequenceLength: sequenceLengthFor(trained.model, options["sequence-length"], "model"), inputs: { model: sha256 }, ...(!fresh && { trained }), archFor: () => arch };
}

function freshStart(tuple: ArchTuple, { "vocab-size": vocabSize = 8192, "sequence-length": sequenceLength = 128 }: MlmStartOptions): MlmStart {
  return {
    arch: encoderOf(tuple, { vocabSize, padTokenId: 1 }, sequenceLength), tokenizer: { vocabSize }, sequenceLength, inputs: {},
    archFor: (tokenizer) => encoderOf(tuple, frameOf(tokenizer), sequenceLength),
  };
}
