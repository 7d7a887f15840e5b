import { badTokenizer } from "./tokenizer-fields.js";
import { BERT_SPECIAL_TOKEN_NAMES, SPECIAL_TOKEN_NAMES, type SpecialTokenNames, type SpecialTokens } from "./tokenizer.js";

/**
 * Finds the special tokens of a vocabulary by their usual names: RoBERTa's, else BERT's. A vocabulary that has all of one set is not searched for the other.
 *
 * @param names Other spellings, which come first.
 * @throws DataError `data/bad-tokenizer` where a token is missing.
 */
export function specialTokensOf(ids: ReadonlyMap<string, number>, names: Partial<SpecialTokenNames> = {}): SpecialTokens {
  const sets = [SPECIAL_TOKEN_NAMES, BERT_SPECIAL_TOKEN_NAMES].map((usual): SpecialTokenNames => ({ ...usual, ...names }));
  const whole = sets.find((set) => Object.values(set).every((name) => ids.has(name)));
  const idOf = (role: keyof SpecialTokens): number => {
    const spellings = new Set((whole === undefined ? sets : [whole]).map((set) => set[role]));
    for (const name of spellings) if (ids.has(name)) return ids.get(name)!;
    throw badTokenizer(`it has no ${[...spellings].join(" or ")} token, for ${role}; tokens for begin, pad, end, unknown and mask are needed`);
  };
  return { begin: idOf("begin"), pad: idOf("pad"), end: idOf("end"), unknown: idOf("unknown"), mask: idOf("mask") };
}
