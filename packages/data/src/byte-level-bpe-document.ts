import type { JsonObject } from "./tokenizer-fields.js";
import { SPECIAL_TOKEN_NAMES } from "./tokenizer.js";

/** What a byte-level BPE tokenizer is made of. */
export interface ByteLevelBpeParts {
  /** The id of every token that the merges make, spelled in byte symbols. */
  readonly vocabulary: Readonly<Record<string, number>>;
  /** The pairs to join, "left right", the first to apply first. */
  readonly merges: readonly string[];
  readonly addedTokens: readonly JsonObject[];
  readonly unknownToken?: string;
  readonly postProcessor: JsonObject;
  /** Whether a text that begins without a space is given one. Default false. */
  readonly addPrefixSpace?: boolean;
}

/** The `tokenizer.json` document of a byte-level BPE tokenizer, RoBERTa's and GPT-2's kind. */
export function byteLevelBpeDocument(parts: ByteLevelBpeParts): JsonObject {
  const { vocabulary, merges, addedTokens, unknownToken = SPECIAL_TOKEN_NAMES.unknown, postProcessor, addPrefixSpace = false } = parts;
  const byteLevel = { type: "ByteLevel", add_prefix_space: addPrefixSpace, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens,
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: postProcessor,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: unknownToken,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: vocabulary,
      merges,
    },
  };
}
