import { type SpecialTokens, type Tokenizer } from "@bort/data";

/** What two tokenizers have that differs: their sizes, the spelling of a token, or the place of a special one; `undefined` where ids mean the same. */
export function vocabularyDifference(one: Tokenizer, other: Tokenizer): readonly [string, string] | undefined {
  if (one.vocabSize !== other.vocabSize) return [`${one.vocabSize} tokens`, `${other.vocabSize}`];
  for (let id = 0; id < one.vocabSize; id++) {
    const [a, b] = [one.idToToken(id), other.idToToken(id)];
    if (a !== b) return [`${JSON.stringify(a)} as token ${id}`, JSON.stringify(b)];
  }
  const role = (Object.keys(one.special) as (keyof SpecialTokens)[]).find((each) => one.special[each] !== other.special[each]);
  return role && [`"${role}" as token ${one.special[role]}`, `as token ${other.special[role]}`];
}
