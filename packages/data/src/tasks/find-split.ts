import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../data-error.js";
import { readFailed } from "../read-failed.js";
import { type PublishedTask } from "./published-task.js";
import { type Split } from "./text-task.js";

/**
 * The files that hold a split of a task: in `directory`, in one of the task's folder names below it, or the same below a folder named as the benchmark.
 * In each, the original layout goes before Parquet. Throws `data/missing-path` and `data/read-failed`.
 */
export function findSplit(task: PublishedTask, split: Split, directory: string): readonly [string, ...string[]] {
  for (const folder of foldersOf(task, directory)) {
    for (const [first, ...others] of [task.find(folder, split), parquetFiles(folder, task.hubSplits[split])]) {
      if (first !== undefined) return [first, ...others];
    }
  }
  throw new DataError("data/missing-path",
    `data: ${directory} has no ${split} split of ${task.name}; give the folder that holds its files, or one with it as ${task.folders[0]} or ${task.suite}/${task.folders[0]}`);
}

function foldersOf({ folders, suite }: PublishedTask, directory: string): string[] {
  const roots = [directory, join(directory, suite)];
  return [...roots.flatMap((root) => folders.map((folder) => join(root, folder))), ...roots];
}

/** Those of some names that a folder has: the first, as the others are other forms of it. */
export function firstOf(folder: string, names: readonly string[]): readonly string[] {
  const found = names.map((name) => join(folder, name)).find((path) => existsSync(path));
  return found === undefined ? [] : [found];
}

/** The paths of the files of a folder with an ending, in the order of the numbers in their names; none where there is no such folder. Throws `data/read-failed`. */
export function filesIn(folder: string, ending: string): readonly string[] {
  const names = namesIn(folder).filter((name) => name.endsWith(ending));
  return names.sort(new Intl.Collator("en", { numeric: true }).compare).map((name) => join(folder, name));
}

/** What a folder holds; nothing where the path leads to none. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw readFailed(folder, cause);
  }
}

/**
 * Hugging Face's hub has `SPLIT-00000-of-00001.parquet` where a set is kept as Parquet, and `SPLIT/0000.parquet` where it has converted one.
 * Throws `data/missing-path` where a part of the former is missing, and `data/read-failed`.
 */
function parquetFiles(folder: string, split: string): readonly string[] {
  const parts = filesIn(folder, ".parquet").flatMap((path) => {
    const [, count] = new RegExp(`[\\\\/]${split}-\\d+-of-(\\d+)\\.parquet$`).exec(path) ?? [];
    return count === undefined ? [] : [{ path, count: Number(count) }];
  });
  const [first] = parts;
  if (first === undefined) return filesIn(join(folder, split), ".parquet");
  if (parts.length === first.count) return parts.map(({ path }) => path);
  throw new DataError("data/missing-path", `data: ${folder} has ${parts.length} of the ${first.count} parts of ${split}; get the others`);
}
