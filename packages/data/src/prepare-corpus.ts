import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { splitOf } from "./corpus.js";
import { DataError } from "./data-error.js";
import { openTokenFile, type TokenFile, writeTokenFile, writing } from "./token-file.js";
import type { Tokenizer } from "./tokenizer.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";

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
  /** Which part a document belongs to. Default: validation for 5% of the documents, by a hash of the text. */
  readonly splitOf?: (document: string) => "train" | "validation";
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PrepareProgress) => void;
}

/** A corpus ready to train on: its tokens lie on disk. */
export interface PreparedCorpus {
  readonly tokenizer: Tokenizer;
  readonly train: TokenFile;
  readonly validation: TokenFile;
  close(): void;
}

const fileOf = { train: "train.tokens", validation: "validation.tokens" } as const;

/**
 * Trains a vocabulary where none is given, and writes the tokens of both parts below `folder`. The documents are streamed, once for each
 * stage, and never held. On an error what was made is removed. Throws what `trainByteLevelBpe`, `writeTokenFile` and `documents` throw, and
 * `data/corpus-too-small` where a part has no document.
 */
export async function prepareCorpus(
  folder: string, documents: () => AsyncIterable<string> | Iterable<string>, options: PrepareCorpusOptions,
): Promise<PreparedCorpus> {
  const { splitOf: split = (document) => splitOf(document, 0.05), signal, onProgress } = options;
  const part = async function* (wanted: "train" | "validation"): AsyncGenerator<string> {
    for await (const document of documents()) if (split(document) === wanted) yield document;
  };
  const tokenizer = "encode" in options.tokenizer ? options.tokenizer : await trainByteLevelBpe(part("train"), {
    vocabSize: options.tokenizer.vocabSize,
    onProgress: (done, total) => onProgress?.({ stage: "vocabulary", done, total }),
    ...(signal && { signal }),
  });
  const created = await writing(folder, mkdir(folder, { recursive: true }));
  try {
    for (const wanted of ["train", "validation"] as const) {
      const written = await writeTokenFile(join(folder, fileOf[wanted]), part(wanted), tokenizer, {
        onProgress: (done) => onProgress?.({ stage: wanted, done }),
        ...(signal && { signal }),
      });
      if (written.documents === 0) {
        throw new DataError("data/corpus-too-small", `data: the corpus has no document for the ${wanted} part; add text, with an empty line between documents`);
      }
    }
    return openPreparedCorpus(folder, tokenizer);
  } catch (error) {
    for (const name of Object.values(fileOf)) await rm(join(folder, name), { force: true });
    if (created !== undefined) await rm(created, { recursive: true, force: true });
    throw error;
  }
}

/** Opens what `prepareCorpus` wrote below `folder` with this tokenizer. Throws `data/missing-path` and `data/bad-tokens`. */
export function openPreparedCorpus(folder: string, tokenizer: Tokenizer): PreparedCorpus {
  const train = openTokenFile(join(folder, fileOf.train), tokenizer);
  try {
    const validation = openTokenFile(join(folder, fileOf.validation), tokenizer);
    return { tokenizer, train, validation, close: () => [train, validation].forEach((file) => file.close()) };
  } catch (error) {
    train.close();
    throw error;
  }
}
