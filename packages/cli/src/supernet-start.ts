import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ArchTuple, type EncoderArch } from "@bort/arch";
import { type Tokenizer } from "@bort/data";
import { createModel, loadMlmModel, type MlmModel } from "@bort/nn";
import { backboneOf, type Slicing } from "@bort/supershaper";
import { usageError } from "./cli-error.js";
import { findModel, type FindModelContext, weightsHash } from "./find-model.js";
import { isBackbone, readSupernetFile, type SupernetFile } from "./supernet-folder.js";
import { proportionalWidths, type Widths } from "./supernet-space.js";
import { encoderOf, frameOf, sequenceLengthFor } from "./training-options.js";

/** What the options say of it. */
export interface SupernetStartOptions {
  readonly model: string | undefined;
  readonly arch: ArchTuple | undefined;
  readonly "vocab-size": number | undefined;
  readonly "sequence-length": number | undefined;
  readonly widths: readonly number[];
  readonly slicing: Slicing | undefined;
  readonly seed: number;
  readonly quiet: boolean;
}

/** What the training of a super-network begins with. */
export interface SupernetStart {
  /** With a vocabulary that may come out smaller. */
  readonly arch: EncoderArch;
  /** The tokenizer to use, or the size of the vocabulary to train. */
  readonly tokenizer: Tokenizer | { readonly vocabSize: number };
  readonly sequenceLength: number;
  readonly widths: Widths;
  readonly slicing: Slicing;
  /** SHA-256 of the weights, where there are some. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly supernet: (tokenizer: Tokenizer) => MlmModel;
}

/**
 * The backbone of a pre-trained model, a super-network that was trained before, or a fresh backbone.
 *
 * @throws CliError `cli/usage`; what `findModel`, `loadMlmModel`, `backboneOf` and `encoderOf` throw
 */
export function supernetStart(options: SupernetStartOptions, context: FindModelContext): SupernetStart | Promise<SupernetStart> {
  const { model, arch, "vocab-size": vocabSize } = options;
  if (model !== undefined && arch !== undefined) throw usageError("a super-network starts from --model or, fresh, from --arch; leave one of them out");
  if (model !== undefined && vocabSize !== undefined) throw usageError("--vocab-size says nothing to --model, which has its vocabulary; leave it out");
  if (model !== undefined) return trainedStart(model, options, context);
  if (arch === undefined) throw usageError("--model or --arch is missing; see --help");
  return freshStart(arch, options);
}

function freshStart(tuple: ArchTuple, { "vocab-size": vocabSize = 8192, "sequence-length": sequenceLength = 128, widths, slicing = "prefix", seed }: SupernetStartOptions): SupernetStart {
  const arch = encoderOf(tuple, { vocabSize, padTokenId: 1 }, sequenceLength);
  return {
    arch, tokenizer: { vocabSize }, sequenceLength, slicing, widths: widths.length > 0 ? widths : proportionalWidths(arch), inputs: {},
    supernet: (tokenizer) => backboneOf(createModel(encoderOf(tuple, frameOf(tokenizer), sequenceLength), { kind: "mlm" }, seed)),
  };
}

async function trainedStart(source: string, options: SupernetStartOptions, context: FindModelContext): Promise<SupernetStart> {
  const folder = await findModel(source, options, context);
  const { model, tokenizer } = loadMlmModel(folder);
  const sequenceLength = sequenceLengthFor(model, options["sequence-length"], "model");
  const earlier = isBackbone(model.arch) && existsSync(join(folder, "supernet.json")) ? readSupernetFile(folder) : undefined;
  const supernet = isBackbone(model.arch) ? model : backboneOf(model);
  return {
    arch: supernet.arch, tokenizer, sequenceLength, slicing: slicingAfter(earlier, options.slicing), inputs: { model: await weightsHash(folder) },
    widths: options.widths.length > 0 ? options.widths : (earlier?.widths ?? proportionalWidths(supernet.arch)),
    supernet: () => supernet,
  };
}

/** A super-network is of use only as it was sliced before. */
function slicingAfter(earlier: SupernetFile | undefined, given: Slicing | undefined): Slicing {
  if (earlier === undefined || given === undefined || given === earlier.slicing) return given ?? earlier?.slicing ?? "prefix";
  throw usageError(`--slicing must be ${earlier.slicing}, by which the super-network of --model was trained, got ${given}`);
}
