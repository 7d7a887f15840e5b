import { constants, createReadStream, type Stats } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { breather } from "./breather.js";
import { DataError } from "./data-error.js";
import { decodeUtf8, NotUtf8Error } from "./decode-utf8.js";
import { random } from "./random.js";
import { splitDocuments } from "./split-documents.js";

/** The text files to read, in order. */
export interface Corpus {
  readonly files: readonly CorpusFile[];
  /** The bytes of all files. */
  readonly sizeBytes: number;
  readonly signal?: AbortSignal;
}

/** One file of a corpus. */
export interface CorpusFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** How to open a corpus. */
export interface OpenCorpusOptions {
  /** Ends the search for files, and every stream of documents made from the corpus. */
  readonly signal?: AbortSignal;
}

/**
 * Finds the `.txt` files of `paths`: each is such a file, or a folder to search at any depth.
 * Folders keep the order of `paths`; the files of one are ordered by their path below it, by code unit, so every machine reads alike.
 * A file that two paths lead to is read once. Throws `data/missing-path`, `data/empty-corpus` or `data/read-failed`.
 */
export async function openCorpus(paths: readonly string[], { signal }: OpenCorpusOptions = {}): Promise<Corpus> {
  if (paths.length === 0) throw new DataError("data/missing-path", "data: a corpus needs at least one .txt file or folder, got none");
  const files = new Map<string, CorpusFile>();
  for (const path of paths) {
    for (const file of await filesOf(path, signal)) {
      const key = resolve(file.path);
      if (!files.has(key)) files.set(key, file);
    }
  }
  const sizeBytes = [...files.values()].reduce((sum, file) => sum + file.sizeBytes, 0);
  if (sizeBytes === 0) throw emptyCorpus(paths);
  return { files: [...files.values()], sizeBytes, ...(signal && { signal }) };
}

/**
 * Streams the documents of a corpus: the blocks of lines between blank lines, in the order of the files, none longer than 64 KiB.
 * Throws `data/not-utf8` with the file and the offset, `data/read-failed`, or `data/empty-corpus` where there is nothing but white space.
 */
export async function* documents({ files, signal }: Corpus): AsyncGenerator<string, void, undefined> {
  const breathe = breather(signal);
  let isEmpty = true;
  for (const { path } of files) {
    for await (const document of splitDocuments(textOf(path))) {
      await breathe();
      isEmpty = false;
      yield document;
    }
  }
  if (isEmpty) throw emptyCorpus(files.map(({ path }) => path));
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

async function filesOf(path: string, signal: AbortSignal | undefined): Promise<CorpusFile[]> {
  const stats = await statOf(path);
  if (stats.isFile()) {
    if (!isText(path)) throw new DataError("data/empty-corpus", `data: a corpus is made of .txt files, got ${path}; convert it to plain text`);
    return [await fileOf(path, stats)];
  }
  const names = (await namesBelow(path, "", signal)).sort(byCodeUnit);
  if (names.length === 0) throw new DataError("data/empty-corpus", `data: there is no .txt file in ${path}`);
  const files: CorpusFile[] = [];
  for (const name of names) files.push(await fileOf(join(path, name), await statOf(join(path, name))));
  return files;
}

/** The text files below a folder, as paths from `root` with forward slashes; links to folders are not followed, as they may go round. */
async function namesBelow(root: string, below: string, signal: AbortSignal | undefined): Promise<string[]> {
  signal?.throwIfAborted();
  const entries = await reading(join(root, below), readdir(join(root, below), { withFileTypes: true }));
  const names: string[] = [];
  for (const entry of entries) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) names.push(...await namesBelow(root, name, signal));
    else if (isText(name) && (entry.isFile() || (await statOf(join(root, name))).isFile())) names.push(name);
  }
  return names;
}

async function fileOf(path: string, stats: Stats): Promise<CorpusFile> {
  await reading(path, access(path, constants.R_OK));
  return { path, sizeBytes: stats.size };
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw readFailed(path, cause);
    throw new DataError("data/missing-path", `data: there is no file or folder ${path}`, { cause });
  }
}

async function* textOf(path: string): AsyncGenerator<string> {
  const stream: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 1 << 16 });
  try {
    yield* decodeUtf8(stream);
  } catch (cause) {
    if (!(cause instanceof NotUtf8Error)) throw readFailed(path, cause);
    const byte = cause.byte.toString(16).padStart(2, "0");
    const message = `data: ${path} is not UTF-8 (byte 0x${byte} at offset ${cause.offset}); convert it, for example with iconv`;
    throw new DataError("data/not-utf8", message, { cause });
  }
}

async function reading<T>(path: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    throw readFailed(path, cause);
  }
}

function readFailed(path: string, cause: unknown): DataError {
  return new DataError("data/read-failed", `data: cannot read ${path} (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`, { cause });
}

function emptyCorpus(paths: readonly string[]): DataError {
  return new DataError("data/empty-corpus", `data: there is no text in ${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ", ..." : ""}`);
}

function isText(name: string): boolean {
  return name.toLowerCase().endsWith(".txt");
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
