import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "./data-error.js";
import { readFailed } from "./read-failed.js";
import { badTokenizer, objectAt } from "./tokenizer-fields.js";
import { tokenizerConfigAt } from "./tokenizer-config.js";
import { readTokenizerJson, tokenizerOfDocument } from "./tokenizer-json.js";
import type { Tokenizer } from "./tokenizer.js";
import { documentOfMerges, documentOfVocabTxt } from "./vocabulary-files.js";

/**
 * Reads the tokenizer of a model's folder: `tokenizer.json`, or where there is none the older files, `vocab.txt` of BERT and its kin or `vocab.json` and
 * `merges.txt` of RoBERTa's. `tokenizer_config.json` and `special_tokens_map.json`, where they are there, name the special tokens, and say of the older
 * files whether texts are lowercased.
 *
 * @throws DataError `data/missing-path` for a folder without these files, `data/read-failed`, and `data/bad-tokenizer` as `readTokenizerJson` does.
 */
export function openTokenizer(folder: string): Tokenizer {
  const has = (name: string): boolean => existsSync(join(folder, name));
  const text = (name: string): string => readText(join(folder, name));
  const json = (name: string): unknown => has(name) ? parseJson(text(name), name) : undefined;
  const config = tokenizerConfigAt(json("tokenizer_config.json"), json("special_tokens_map.json"));
  if (has("tokenizer.json")) return readTokenizerJson(text("tokenizer.json"), config.names);
  if (Object.keys(objectAt(json("added_tokens.json") ?? {}, "added_tokens.json")).length > 0 && config.fields["added_tokens_decoder"] === undefined) {
    throw badTokenizer("added_tokens.json is not supported; save the tokenizer with transformers once, which writes a tokenizer.json");
  }
  if (has("vocab.txt")) return tokenizerOfDocument(documentOfVocabTxt(text("vocab.txt"), config), config.names);
  if (has("vocab.json") && has("merges.txt")) {
    return tokenizerOfDocument(documentOfMerges(json("vocab.json"), text("merges.txt"), config), config.names);
  }
  throw new DataError("data/missing-path", `data: there is no tokenizer in ${folder}; it needs tokenizer.json, or vocab.txt, or vocab.json and merges.txt`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw readFailed(path, cause);
  }
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badTokenizer(`${name} is not JSON; restore it from a copy`, { cause });
  }
}
