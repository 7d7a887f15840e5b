import { readFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { readTokenizerJson } from "./tokenizer-json.js";
import { DataError } from "./data-error.js";
import { readFailed } from "./read-failed.js";
import type { TokenShardsSummary } from "./token-shards.js";
import type { Tokenizer } from "./tokenizer.js";
import { writeWhole } from "./write-whole.js";

/** What a folder is prepared from, and once all of it is there, what it holds. */
export interface Preparation {
  /** Null where the caller did not say. */
  readonly source: string | null;
  /** Which tokenizer, or how large a vocabulary. */
  readonly tokenizer: string;
  readonly parts?: { readonly train: TokenShardsSummary; readonly validation: TokenShardsSummary };
}

const FORMAT = 1;
const preparationPath = (folder: string): string => join(folder, "prepared.json");
const vocabularyPath = (folder: string): string => join(folder, "prepared-tokenizer.json");

/** Undefined where the folder holds none. Throws `data/bad-tokens` where it holds something else under that name, or `data/read-failed`. */
export function readPreparation(folder: string): Preparation | undefined {
  const path = preparationPath(folder);
  const text = textOf(path);
  if (text === undefined) return undefined;
  try {
    const { format, ...preparation } = JSON.parse(text) as Preparation & { readonly format: number };
    if (format === FORMAT) return preparation;
  } catch {
    // Refused below.
  }
  throw new DataError("data/bad-tokens", `data: ${path} does not tell of a prepared corpus of format ${FORMAT}; delete it and prepare the corpus again`);
}

/** Throws `data/write-failed`. */
export const writePreparation = (folder: string, preparation: Preparation): Promise<void> =>
  writeWhole(preparationPath(folder), `${JSON.stringify({ format: FORMAT, ...preparation }, null, 2)}\n`);

/** The vocabulary that an earlier call trained; undefined where there is none. */
export function readVocabulary(folder: string): Tokenizer | undefined {
  const text = textOf(vocabularyPath(folder));
  return text === undefined ? undefined : readTokenizerJson(text);
}

/** Throws `data/write-failed`. */
export const writeVocabulary = (folder: string, tokenizer: Tokenizer): Promise<void> => writeWhole(vocabularyPath(folder), tokenizer.toJson());

/** Removes what a killed process had begun to write. */
export const removeUnfinished = (folder: string): Promise<void> => removeMatching(folder, /^(?:(?:train|validation)-\d+\.tokens|prepared(?:-tokenizer)?\.json)\.\d+\.tmp$/);

/** Removes all that a preparation makes, and nothing else. */
export const removePreparation = (folder: string): Promise<void> => removeMatching(folder, /^(?:(?:train|validation)-\d+\.tokens|prepared(?:-tokenizer)?\.json)(?:\.\d+\.tmp)?$/);

async function removeMatching(folder: string, pattern: RegExp): Promise<void> {
  for (const name of await readdir(folder)) if (pattern.test(name)) await rm(join(folder, name), { force: true });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw readFailed(path, cause);
  }
}
