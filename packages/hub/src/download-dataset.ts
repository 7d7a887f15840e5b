import { join } from "node:path";
import { downloadFile, sizeOf } from "./download-file.js";
import { type HubEvent } from "./download-model.js";
import { HubError } from "./hub-error.js";
import { type HubOptions, hubSettings } from "./hub-settings.js";
import { isCommit, parseModelName } from "./model-name.js";
import { described } from "./remote-file.js";
import { RepositoryCache } from "./repository-cache.js";

/**
 * Downloads files of a data set, `org/name` or `org/name@revision`, and returns the folder that holds them by their names: one commit's, each checked by
 * the hash that the hub says. A file that is in the cache is not downloaded again; a branch or tag is looked up each time, a commit never. Offline it is the
 * newest commit of the branch or tag, of those that were downloaded, of which all the files are there.
 *
 * @throws HubError `hub/bad-name`, `hub/bad-option`, `hub/offline` with what the cache lacks, `hub/not-found`, `hub/no-access`, `hub/unreachable`,
 * `hub/wrong-hash`, `hub/bad-answer`, `hub/write-failed`; the signal's reason
 */
export async function* downloadDataset(name: string, files: readonly string[], options: HubOptions = {}): AsyncGenerator<HubEvent, string> {
  const dataset = parseModelName(name);
  files.forEach(requireInside);
  const settings = hubSettings(options);
  settings.signal?.throwIfAborted();
  const cache = new RepositoryCache(settings, dataset, "datasets");
  if (settings.offline || isCommit(dataset.revision)) {
    const commits = await cache.commits();
    const missing = await Promise.all(commits.map((commit) => missingIn(cache.folder(commit), files)));
    const whole = commits.find((_, i) => missing[i]!.length === 0);
    if (whole !== undefined) return cache.folder(whole);
    if (settings.offline) throw cache.notWhole(missing[0] ?? files);
  }
  let { revision } = dataset; // After the first file, the commit that it is of.
  for (const file of files) {
    const remote = yield* described({ repository: `datasets/${dataset.repository}`, revision, file }, settings);
    ({ revision } = remote.address);
    yield* downloadFile(remote, join(cache.folder(revision), file), settings);
  }
  await cache.remember(revision);
  return cache.folder(revision);
}

/** A file lies under its name when it is whole and checked, so one that is there is right. */
async function missingIn(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const sizes = await Promise.all(files.map((file) => sizeOf(join(folder, file))));
  return files.filter((_, i) => sizes[i] === undefined);
}

function requireInside(file: string): void {
  if (/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/.test(file)) return;
  throw new HubError("hub/bad-option", `hub: a file of a data set must be a path below its root, such as rte/train/0000.parquet, got ${JSON.stringify(file)}`);
}
