import { type MlmBatchesOptions, type Tokenizer, sentencePacking, wordStarts } from "@bort/data";
import { type MlmShape } from "@bort/nn";
import { type Option, type OptionValues, choice, flag, withDefault } from "./options.js";
import { shapeOf } from "./training-options.js";

// A type, not an interface: a table of options is indexed by any name.
export type SequenceOptions = {
  readonly packing: Option<"full-document" | "document" | "sentence">;
  readonly "whole-word-masking": Option<boolean>;
};

/** What sequences hold and what is masked in them, in pre-training with a teacher or without. */
export const sequenceOptions: SequenceOptions = {
  packing: withDefault(
    choice(["full-document", "document", "sentence"], "what a sequence holds: text across documents, or padded, of one document or whole sentences of one"),
    "full-document"),
  "whole-word-masking": flag("mask all tokens of a word or none; without it, token by token"),
};

/** The shape of batches packed as the options say. */
export const packedShapeOf = (batchSize: number, sequenceLength: number, { packing }: Pick<OptionValues<SequenceOptions>, "packing">): MlmShape =>
  ({ ...shapeOf(batchSize, sequenceLength), ...(packing !== "full-document" && { padded: true }) });

/** What the options say to `mlmBatches`. */
export function sequencesOf(flags: OptionValues<SequenceOptions>, tokenizer: Tokenizer): Pick<MlmBatchesOptions, "packing" | "wordStarts"> {
  const { packing, "whole-word-masking": wholeWords } = flags;
  return { packing: packing === "sentence" ? sentencePacking(tokenizer) : packing, ...(wholeWords && { wordStarts: wordStarts(tokenizer) }) };
}
