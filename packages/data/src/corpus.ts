import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { breather } from "./breather.js";
import type { CorpusFile } from "./corpus-file.js";
import { DataError } from "./data-error.js";
import { fileText } from "./file-text.js";
import { findCorpusFiles } from "./find-corpus-files.js";
import { jsonLines } from "./json-lines.js";
import { parquetTexts } from "./parquet-texts.js";
import { random } from "./random.js";
import { type DocumentUnit, cutDocument, splitDocuments } from "./split-documents.js";

/** The text files to read, in order, and how. */
export interface Corpus {
  readonly files: readonly CorpusFile[];
  /** The bytes of all files, as they lie on disk. */
  readonly sizeBytes: number;
  /** What a document of a `.txt` file is. */
  readonly unit: DocumentUnit;
  /** The field of JSON Lines and the column of Parquet files that hold the text. */
  readonly field: string;
  readonly signal?: AbortSignal;
}

/** How to open a corpus. */
export interface OpenCorpusOptions {
  /** What a document of a `.txt` file is. A line of JSON Lines and a row of a Parquet file is always one. Default "block": lines between blank lines. */
  readonly unit?: DocumentUnit;
  /** The field of JSON Lines and the column of Parquet files that hold the text. Default "text". */
  readonly field?: string;
  /** Ends the search for files, and every stream of documents made from the corpus. */
  readonly signal?: AbortSignal;
}

/**
 * Finds the `.txt`, `.txt.gz`, `.jsonl`, `.jsonl.gz` and `.parquet` files of `paths`, each of which is such a file, a folder to search at any depth, or a
 * pattern with `*`, `?` or `**`. The files below a path are ordered by name, by code unit; one that two paths lead to is read once.
 * Throws `data/missing-path`, `data/empty-corpus` or `data/read-failed`.
 */
export async function openCorpus(paths: readonly string[], { unit = "block", field = "text", signal }: OpenCorpusOptions = {}): Promise<Corpus> {
  const files = await findCorpusFiles(paths, signal);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (sizeBytes === 0) throw emptyCorpus(paths);
  return { files, sizeBytes, unit, field, ...(signal && { signal }) };
}

/**
 * Streams the documents of a corpus in the order of the files, without the white space around them; one of more than 64 KiB is cut.
 * Throws `data/not-utf8`, `data/bad-json`, `data/bad-file`, `data/missing-column` or `data/read-failed` with the file and the place in it,
 * `data/missing-package` for Parquet without its reader, or `data/empty-corpus` where there is nothing but white space.
 */
export async function* documents({ files, unit, field, signal }: Corpus): AsyncGenerator<string, void, undefined> {
  const breathe = breather(signal);
  let isEmpty = true;
  for (const file of files) {
    for await (const document of documentsIn(file, unit, field)) {
      await breathe();
      isEmpty = false;
      yield document;
    }
  }
  if (isEmpty) throw emptyCorpus(files.map(({ path }) => path));
}

/** Tells a corpus from another by the paths, sizes and times of its files and by how they are read; SHA-256 in hexadecimal. */
export function corpusFingerprint({ files, unit, field }: Corpus): string {
  const facts = { files: files.map(({ path, sizeBytes, modifiedMs }) => [resolve(path), sizeBytes, modifiedMs]), unit, field };
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

/**
 * Says which part of a corpus a document belongs to, by a hash of its text: the answer is the same in every run and order of files,
 * and equal documents are never on both sides. `validationFraction` is in [0, 1).
 */
export function splitOf(text: string, validationFraction: number): "train" | "validation" {
  if (!(validationFraction >= 0 && validationFraction < 1)) {
    throw new DataError("data/bad-option", `data: validationFraction must be in [0, 1), got ${validationFraction}`);
  }
  return random(0, "split", text).uniform() < validationFraction ? "validation" : "train";
}

async function* documentsIn(file: CorpusFile, unit: DocumentUnit, field: string): AsyncGenerator<string> {
  if (file.format === "text") return yield* splitDocuments(fileText(file), unit);
  const records = file.format === "jsonl" ? jsonLines(fileText(file), file.path, field) : parquetTexts(file.path, field);
  for await (const text of records) yield* cutDocument(text.replaceAll("\r\n", "\n").trim());
}

function emptyCorpus(paths: readonly string[]): DataError {
  return new DataError("data/empty-corpus", `data: there is no text in ${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ", ..." : ""}`);
}
