import { type PublishedTask } from "./published-task.js";
import { publishedTask } from "./task-named.js";

/** Where Hugging Face's hub has a task. */
export interface TaskDownload {
  /** A data set of the hub, as `org/name`. */
  readonly repository: string;
  readonly revision: string;
  /** One Parquet file for each split of the task. */
  readonly files: readonly string[];
}

const repositories: Readonly<Record<PublishedTask["suite"], string>> = { glue: "nyu-mll/glue", superglue: "aps/super_glue", race: "ehovy/race" };

/** The hub converts every public set to Parquet, and keeps that on a branch of this name, whatever the set itself is kept as. */
const CONVERTED = "refs/convert/parquet";

/**
 * What to download for a task: a folder with these files is one that its `examples` reads, with the packages that Parquet needs. The sets have licences of their own.
 * Throws `data/unknown-task`.
 */
export function taskDownload(name: string): TaskDownload {
  const { suite, folders, splits, hubSplits } = publishedTask(name);
  return { repository: repositories[suite], revision: CONVERTED, files: splits.map((split) => `${folders.at(-1)}/${hubSplits[split]}/0000.parquet`) };
}
