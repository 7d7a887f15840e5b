import { type Tokenizer } from "@bort/data";
import { type MlmModel } from "@bort/nn";
import { usageError } from "./cli-error.js";
import { type FoundMlmModel, findMlmModel } from "./find-mlm-model.js";
import { type FindModelContext, hashOfHashes } from "./find-model.js";
import { vocabularyDifference } from "./vocabulary-difference.js";

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
 * @throws CliError `cli/usage` where their vocabularies differ; what `findMlmModel` throws
 */
export async function findTeachers(sources: readonly string[], flags: { readonly quiet: boolean }, context: FindModelContext): Promise<FoundTeachers> {
  const found: FoundMlmModel[] = [];
  for (const source of sources) found.push(await findMlmModel(source, flags, context)); // One after the other: each download has its bar.
  const tokenizer = found[0]!.tokenizer;
  found.forEach((other, i) => {
    const difference = vocabularyDifference(tokenizer, other.tokenizer);
    if (difference === undefined) return;
    throw usageError(`--teacher needs models of one vocabulary, but ${sources[0]} has ${difference[0]} and ${sources[i]} ${difference[1]}; give one of them`);
  });
  return { models: found.map(({ model }) => model), tokenizer, sha256: hashOfHashes(found.map(({ sha256 }) => sha256)) };
}
