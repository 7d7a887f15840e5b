import { templateProcessor } from "./input-template.js";
import { type JsonObject, textAt } from "./tokenizer-fields.js";
import type { SpecialTokenNames } from "./tokenizer.js";

/** What a WordPiece tokenizer is made of. */
export interface WordPieceParts {
  /** The id of every token; those inside a word begin with `##`. */
  readonly vocabulary: Readonly<Record<string, number>>;
  readonly addedTokens: readonly JsonObject[];
  readonly names: SpecialTokenNames;
  readonly lowercase: boolean;
  /** Default: as `lowercase`. */
  readonly stripAccents?: boolean | null;
  /** Default true. */
  readonly spaceChinese?: boolean;
}

/** The `tokenizer.json` document of a BERT tokenizer: `[CLS] A [SEP]` of one text and `[CLS] A [SEP] B [SEP]` of a pair, B and its end of type 1. */
export function wordPieceDocument(parts: WordPieceParts): JsonObject {
  const { vocabulary, addedTokens, names: { begin, end, unknown }, lowercase, stripAccents = null, spaceChinese = true } = parts;
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens,
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: spaceChinese, strip_accents: stripAccents, lowercase },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: templateProcessor([begin, vocabulary[begin]!], [end, vocabulary[end]!], 1),
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: { type: "WordPiece", unk_token: unknown, continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab: vocabulary },
  };
}

/** What the tokens inside a word begin with in a WordPiece model: `##` unless it says otherwise; @throws DataError `data/bad-tokenizer`. */
export function continuingPrefixAt(model: JsonObject): string {
  return textAt(model["continuing_subword_prefix"] ?? "##", "model.continuing_subword_prefix");
}
