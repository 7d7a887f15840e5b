import { constants, type Stats } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CORPUS_ENDINGS, type CorpusFile, formatOf } from "./corpus-file.js";
import { DataError } from "./data-error.js";
import { globPattern } from "./glob-pattern.js";
import { readFailed } from "./read-failed.js";

/**
 * Finds the text files of `paths`: each is such a file, a folder to search at any depth, or a pattern with `*`, `?` or `**`.
 * The order is that of `paths`; the files of one are ordered by their path below it, by code unit, so every machine reads alike.
 * A file that two paths lead to is taken once. Throws `data/missing-path`, `data/empty-corpus` or `data/read-failed`.
 */
export async function findCorpusFiles(paths: readonly string[], signal: AbortSignal | undefined): Promise<CorpusFile[]> {
  if (paths.length === 0) throw new DataError("data/missing-path", "data: a corpus needs at least one file or folder of text, got none");
  const files = new Map<string, CorpusFile>();
  for (const path of paths) {
    for (const file of await filesOf(path, signal)) {
      const key = resolve(file.path);
      if (!files.has(key)) files.set(key, file);
    }
  }
  return [...files.values()];
}

async function filesOf(path: string, signal: AbortSignal | undefined): Promise<CorpusFile[]> {
  const stats = await statOf(path);
  if (stats?.isFile() === true) {
    const file = await fileOf(path, stats);
    if (file === undefined) throw new DataError("data/empty-corpus", `data: a corpus is made of ${CORPUS_ENDINGS} files, got ${path}; convert it to one of them`);
    return [file];
  }
  const glob = stats === undefined ? globPattern(path) : { root: path, depth: Infinity, matches: () => true };
  if (glob === undefined) throw new DataError("data/missing-path", `data: there is no file or folder ${path}`);
  if (await statOf(glob.root) === undefined) throw new DataError("data/missing-path", `data: there is no folder ${glob.root} for ${path}`);
  const names = (await namesBelow(glob.root, "", glob.depth, signal)).filter(glob.matches).sort(byCodeUnit);
  const files: CorpusFile[] = [];
  for (const name of names) {
    const found = await statOf(join(glob.root, name));
    const file = found?.isFile() === true ? await fileOf(join(glob.root, name), found) : undefined;
    if (file !== undefined) files.push(file);
  }
  if (files.length === 0) throw new DataError("data/empty-corpus", `data: there is no ${CORPUS_ENDINGS} file in ${path}`);
  return files;
}

/** The text files below a folder, as paths from `root` with forward slashes; links to folders are not followed, as they may go round. */
async function namesBelow(root: string, below: string, depth: number, signal: AbortSignal | undefined): Promise<string[]> {
  signal?.throwIfAborted();
  const folder = join(root, below);
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => { throw readFailed(folder, cause); });
  const names: string[] = [];
  for (const entry of entries) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      if (depth > 0) names.push(...await namesBelow(root, name, depth - 1, signal));
    } else if (formatOf(name) !== undefined) {
      names.push(name);
    }
  }
  return names;
}

/** The file as a part of a corpus; undefined where its name says no format. */
async function fileOf(path: string, stats: Stats): Promise<CorpusFile | undefined> {
  const format = formatOf(path);
  if (format === undefined) return undefined;
  await access(path, constants.R_OK).catch((cause: unknown) => { throw readFailed(path, cause); });
  return { path, sizeBytes: stats.size, modifiedMs: stats.mtimeMs, ...format };
}

/** Undefined where there is nothing at the path. */
async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw readFailed(path, cause);
  }
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
