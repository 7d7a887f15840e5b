import { maxSequence } from "@bort/arch";
import { type Tokenizer } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type MlmModel } from "@bort/nn";
import { AgoraError } from "../agora-error.js";
import { likeliestWords, type Replacement } from "./likeliest-words.js";
import { WordLogits } from "./word-logits.js";
import { type WordQuestion, wordReadings } from "./word-readings.js";
import { wordVocabulary } from "./word-vocabulary.js";
import { followsSpace, spacedWordAt, wordAt, type WordPlace, type Wording } from "./wording.js";

export interface WordModelOptions {
  readonly backend: Backend;
  readonly model: MlmModel;
  /** That the model was trained with. */
  readonly tokenizer: Tokenizer;
  /** The most tokens that are read at once, with the special ones; of longer examples, the part around a word. Default: as many as the model has positions. */
  readonly maxLength?: number;
}

/** A masked language model, asked for words that may stand in the place of others. */
export interface WordModel {
  /** Whether the model reads the word as one token. */
  isToken(wording: Wording, place: WordPlace): boolean;
  /**
   * The likeliest replacements of each word of each question, likeliest first; none where the vocabulary has no other word. A masked word is one mask token,
   * whatever its length; one that is seen is asked for at the first of its tokens.
   *
   * @throws the signal's reason
   */
  replacements(questions: readonly WordQuestion[], options: ReplacementOptions): Promise<readonly (readonly (readonly Replacement[])[])[]>;
  /** Gives back the memory of the programs that were compiled. It may be asked again, and then compiles anew. */
  close(): Promise<void>;
}

export interface ReplacementOptions {
  /** The most replacements of a word. */
  readonly top: number;
  /** Whether all words of a question are masked at once, or seen. */
  readonly masked: boolean;
  /** Looked at before each batch. */
  readonly signal: AbortSignal;
}

/**
 * A masked language model for the tau functions that ask one. It compiles a program for each length of a batch, in steps of 16 tokens, and keeps them until
 * it is closed.
 *
 * @throws AgoraError `agora/bad-option`
 */
export function wordModel(options: WordModelOptions): WordModel {
  const { backend, model, tokenizer } = options;
  const maxLength = requireLength(options);
  const wordLogits = new WordLogits({ backend, model, padTokenId: tokenizer.special.pad, maxLength });
  const vocabulary = wordVocabulary(tokenizer);
  const read = (wording: Wording, place: WordPlace): Int32Array => tokenizer.encode(spacedWordAt(wording, place));
  const likeliest = (logits: Float32Array, wording: Wording, place: WordPlace, top: number): Replacement[] => {
    const tokens = followsSpace(wording, place) ? vocabulary.afterSpace : vocabulary.elsewhere;
    return likeliestWords(logits, tokens, { word: wordAt(wording, place), ids: read(wording, place) }, top);
  };
  return {
    isToken: (wording, place) => read(wording, place).length === 1,
    replacements: async (questions, { top, masked, signal }) => {
      const answers = questions.map(({ places }): (readonly Replacement[])[] => places.map(() => []));
      const readings = questions.flatMap((question, i) =>
        wordReadings(tokenizer, question, { masked, maxLength }).map((reading) => ({ ...reading, question, answer: answers[i]! })));
      for (const batch of wordLogits.batches(readings)) {
        signal.throwIfAborted();
        const logits = await wordLogits.of(batch);
        for (const [row, { words, question: { wording, places }, answer }] of batch.entries()) {
          words.forEach(({ word }, i) => { answer[word] = likeliest(logits[row]![i]!, wording, places[word]!, top); });
        }
      }
      return answers;
    },
    close: () => wordLogits.close(),
  };
}

function requireLength({ model: { arch }, tokenizer, maxLength }: WordModelOptions): number {
  if (tokenizer.vocabSize !== arch.vocabSize) {
    throw new AgoraError("agora/bad-option",
      `agora: a word model needs the tokenizer of its model, with ${arch.vocabSize} tokens, got one with ${tokenizer.vocabSize}; use that of the model's folder`);
  }
  const [least, most] = [tokenizer.modelInput([], []).ids.length + 2, maxSequence(arch)];
  const length = maxLength ?? most;
  if (!Number.isSafeInteger(length) || length < least || length > most) {
    throw new AgoraError("agora/bad-option", `agora: the most tokens that are read at once must be a whole number from ${least} to ${most}, got ${length}`);
  }
  return length;
}
