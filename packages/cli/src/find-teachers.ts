import { type SpecialTokens, type Tokenizer } from "@bort/data";
import { type MlmModel, loadMlmModel } from "@bort/nn";
import { usageError } from "./cli-error.js";
import { type FindModelContext, findModel, hashOfHashes, weightsHash } from "./find-model.js";

/** Teachers of one vocabulary. */
export interface FoundTeachers {
  readonly models: readonly MlmModel[];
  /** That of the first, which is the student's too. */
  readonly tokenizer: Tokenizer;
  /** Of the weights of all in their order, by which a run is resumed. */
  readonly sha256: string;
}

/**
 * Finds and loads the teachers that `--teacher` names.
 *
 * @throws CliError `cli/usage` where their vocabularies differ; what `findModel` and `loadMlmModel` throw
 */
export async function findTeachers(sources: readonly string[], flags: { readonly quiet: boolean }, context: FindModelContext): Promise<FoundTeachers> {
  const folders: string[] = [];
  for (const source of sources) folders.push(await findModel(source, flags, context)); // One after the other: each download has its bar.
  const loaded = folders.map(loadMlmModel);
  const tokenizer = loaded[0]!.tokenizer;
  loaded.forEach((other, i) => {
    const difference = vocabularyDifference(tokenizer, other.tokenizer);
    if (difference === undefined) return;
    throw usageError(`--teacher needs models of one vocabulary, but ${sources[0]} has ${difference[0]} and ${sources[i]} ${difference[1]}; give one of them`);
  });
  return { models: loaded.map(({ model }) => model), tokenizer, sha256: hashOfHashes(await Promise.all(folders.map(weightsHash))) };
}

/** What two tokenizers have that differs: their sizes, the spelling of a token, or the place of a special one; `undefined` where ids mean the same. */
function vocabularyDifference(one: Tokenizer, other: Tokenizer): readonly [string, string] | undefined {
  if (one.vocabSize !== other.vocabSize) return [`${one.vocabSize} tokens`, `${other.vocabSize}`];
  for (let id = 0; id < one.vocabSize; id++) {
    const [a, b] = [one.idToToken(id), other.idToToken(id)];
    if (a !== b) return [`${JSON.stringify(a)} as token ${id}`, JSON.stringify(b)];
  }
  const role = (Object.keys(one.special) as (keyof SpecialTokens)[]).find((each) => one.special[each] !== other.special[each]);
  return role && [`"${role}" as token ${one.special[role]}`, `as token ${other.special[role]}`];
}
