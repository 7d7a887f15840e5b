import { specialTokenEntry } from "./added-tokens.js";
import { byteLevelBpeDocument } from "./byte-level-bpe-document.js";
import { BYTE_SYMBOLS } from "./byte-symbols.js";
import { templateProcessor } from "./input-template.js";
import { checkTrainingOptions, learnMerges, type TrainTokenizerOptions } from "./learn-merges.js";
import { preTokens } from "./pre-tokens.js";
import { SPECIAL_TOKEN_NAMES, type Tokenizer } from "./tokenizer.js";
import { tokenizerOfDocument } from "./tokenizer-json.js";

/** How to train a byte-level BPE tokenizer; `vocabSize` is at least 261: five special tokens, 256 bytes, and the merges. */
export type TrainByteLevelBpeOptions = TrainTokenizerOptions;

const SPECIAL_TOKENS = Object.values(SPECIAL_TOKEN_NAMES);
const STARTING_TOKENS: readonly string[] = [...SPECIAL_TOKENS, ...[...BYTE_SYMBOLS].sort()];

/**
 * Trains a byte-level BPE tokenizer on a stream of texts: ids 0 to 4 are `<s> <pad> </s> <unk> <mask>`, then come the bytes, then the merges.
 * The vocabulary is smaller than asked for only where the texts have no more pairs. The texts' order does not matter.
 * Throws `data/bad-option`, or `data/empty-corpus` where the texts are empty. Source: Sennrich et al. 2016, algorithm 1.
 */
export async function trainByteLevelBpe(
  texts: Iterable<string> | AsyncIterable<string>, options: TrainByteLevelBpeOptions,
): Promise<Tokenizer> {
  checkTrainingOptions(options, STARTING_TOKENS.length);
  const idOfByte = Int32Array.from(BYTE_SYMBOLS, (symbol) => STARTING_TOKENS.indexOf(symbol));
  const encoder = new TextEncoder();
  const symbolsOf = (word: string): Int32Array => Int32Array.from(encoder.encode(word), (byte) => idOfByte[byte]!);
  const { tokens, merges } = await learnMerges(texts, {
    cut: preTokens,
    startFrom: () => ({ tokens: STARTING_TOKENS, symbolsOf }),
    join: (left, right) => left + right,
  }, options);
  const { begin, end } = SPECIAL_TOKEN_NAMES;
  return tokenizerOfDocument(byteLevelBpeDocument({
    vocabulary: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges: merges.map((pair) => pair.join(" ")),
    addedTokens: SPECIAL_TOKENS.map((content, id) => specialTokenEntry(id, content)),
    postProcessor: templateProcessor([begin, tokens.indexOf(begin)], [end, tokens.indexOf(end)], 0),
  }));
}
