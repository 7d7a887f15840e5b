import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { splitOf } from "./corpus.js";
import { DataError } from "./data-error.js";
import { type Preparation, readPreparation, readVocabulary, removePreparation, removeUnfinished, writePreparation, writeVocabulary } from "./preparation.js";
import { type ProcessLock, tryProcessLock } from "./process-lock.js";
import type { StoredTokens } from "./token-file.js";
import { tokenizerFingerprint } from "./token-file-header.js";
import { openTokenShards, shardPath, type TokenShardsSummary, writeTokenShards } from "./token-shards.js";
import type { Tokenizer } from "./tokenizer.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";
import { writing } from "./writing.js";

/** A part of the preparation, and how far it has come; `total` is known for the vocabulary alone. */
export interface PrepareProgress {
  readonly stage: "vocabulary" | "train" | "validation";
  readonly done: number;
  readonly total?: number;
}

/** Options of {@link prepareCorpus}. */
export interface PrepareCorpusOptions {
  /** The tokenizer to use, or the size of the vocabulary to train on the training part. */
  readonly tokenizer: Tokenizer | { readonly vocabSize: number };
  /**
   * What the documents and their parts come from, for example `corpusFingerprint(corpus)`. What was prepared from the same source with the same tokenizer
   * is used again, and work that was cut off, or of which a shard was
   * deleted, goes on after its last whole shard. Default: none, and everything is made anew.
   */
  readonly source?: string;
  /** Which part a document belongs to. Default: validation for 5% of the documents, by a hash of the text. */
  readonly splitOf?: (document: string) => "train" | "validation";
  /** A shard ends with the document that brings it to this many tokens. Default 2^24. */
  readonly shardTokens?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PrepareProgress) => void;
}

/** A corpus ready to train on: its tokens lie on disk. */
export interface PreparedCorpus {
  readonly tokenizer: Tokenizer;
  readonly train: StoredTokens;
  readonly validation: StoredTokens;
  close(): void;
}

type Part = "train" | "validation";
/** Streams the whole corpus, once for each stage. */
type Documents = (stage: PrepareProgress["stage"]) => AsyncIterable<string> | Iterable<string>;

/**
 * Trains a vocabulary where none is given, and writes the tokens of both parts below `folder`. The documents are streamed, once for each
 * stage, and never held. On an error what was made is removed; where there is a `source`, the vocabulary and whole shards stay for the next call.
 * Throws what `trainByteLevelBpe`, `writeTokenShards` and `documents` throw, `data/corpus-too-small` where a part has no document, or `data/locked`
 * where another process prepares the same folder.
 */
export async function prepareCorpus(folder: string, documents: Documents, options: PrepareCorpusOptions): Promise<PreparedCorpus> {
  const created = await writing(folder, mkdir(folder, { recursive: true }));
  let failed = true;
  try {
    const lock = lockOf(folder);
    try {
      const tokenizer = await prepare(folder, documents, options);
      failed = false;
      return openPreparedCorpus(folder, tokenizer);
    } finally {
      try {
        if (failed && options.source === undefined) await removePreparation(folder);
      } finally {
        lock.release();
      }
    }
  } finally {
    if (failed && options.source === undefined && created !== undefined) await rm(created, { recursive: true, force: true });
  }
}

/** Opens what `prepareCorpus` wrote below `folder` with this tokenizer. Throws `data/missing-path` and `data/bad-tokens`. */
export function openPreparedCorpus(folder: string, tokenizer: Tokenizer): PreparedCorpus {
  const parts = readPreparation(folder)?.parts;
  if (parts === undefined) throw new DataError("data/missing-path", `data: there is no corpus in ${folder} that was prepared to its end; prepare it`);
  const train = openTokenShards(join(folder, "train"), parts.train, tokenizer);
  try {
    const validation = openTokenShards(join(folder, "validation"), parts.validation, tokenizer);
    return { tokenizer, train, validation, close: () => [train, validation].forEach((tokens) => tokens.close()) };
  } catch (error) {
    train.close();
    throw error;
  }
}

function lockOf(folder: string): ProcessLock {
  const attempt = tryProcessLock(join(folder, "prepare.lock"));
  if (attempt.taken) return attempt.lock;
  throw new DataError("data/locked", `data: ${attempt.holder} prepares a corpus in ${folder}; wait until it ends, or give another folder`);
}

/** Does what is not done yet, and gives the tokenizer that it was done with. */
async function prepare(folder: string, documents: Documents, options: PrepareCorpusOptions): Promise<Tokenizer> {
  const { source = null, splitOf: split = (document) => splitOf(document, 0.05), shardTokens, signal, onProgress } = options;
  const part = async function* (name: Part, stage: PrepareProgress["stage"] = name): AsyncGenerator<string> {
    for await (const document of documents(stage)) if (split(document) === name) yield document;
  };
  const begun = { source, tokenizer: tokenizerKey(options.tokenizer) };
  const found = readPreparation(folder);
  const goesOn = source !== null && found?.source === source && found.tokenizer === begun.tokenizer;
  if (goesOn) await removeUnfinished(folder);
  else await removePreparation(folder).then(() => writePreparation(folder, begun));

  const tokenizer = "encode" in options.tokenizer ? options.tokenizer : readVocabulary(folder) ?? await trainByteLevelBpe(part("train", "vocabulary"), {
    vocabSize: options.tokenizer.vocabSize,
    onProgress: (done, total) => onProgress?.({ stage: "vocabulary", done, total }),
    ...(signal && { signal }),
  });
  if (goesOn && found.parts !== undefined && isWhole(folder, found.parts)) return tokenizer;
  if (!("encode" in options.tokenizer)) await writeVocabulary(folder, tokenizer);
  const shards = async (name: Part): Promise<TokenShardsSummary> => {
    const written = await writeTokenShards(join(folder, name), part(name), tokenizer, {
      onProgress: (done) => onProgress?.({ stage: name, done }),
      ...(shardTokens !== undefined && { shardTokens }), ...(signal && { signal }),
    });
    if (written.documents > 0) return written;
    throw new DataError("data/corpus-too-small", `data: the corpus has no document for the ${name} part; add text, with an empty line between documents`);
  };
  await writePreparation(folder, { ...begun, parts: { train: await shards("train"), validation: await shards("validation") } });
  return tokenizer;
}

/** Whether every shard is there: a damaged one may have been deleted, to be made again. */
function isWhole(folder: string, parts: NonNullable<Preparation["parts"]>): boolean {
  const shards = (["train", "validation"] as const).flatMap((name) => Array.from({ length: parts[name].shards }, (_, i) => shardPath(join(folder, name), i)));
  return shards.every(existsSync);
}

function tokenizerKey(tokenizer: PrepareCorpusOptions["tokenizer"]): string {
  return "encode" in tokenizer ? tokenizerFingerprint(tokenizer).toString("hex") : `trained, ${tokenizer.vocabSize} tokens`;
}
