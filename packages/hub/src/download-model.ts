import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type FileEvent, downloadFile } from "./download-file.js";
import { HubError } from "./hub-error.js";
import { type HubOptions, type HubSettings, hubSettings } from "./hub-settings.js";
import { CONFIG_FILE, TOKENIZER_FILES, WEIGHT_FILES, isWeightIndex, shardsOf } from "./model-files.js";
import { ModelCache } from "./model-cache.js";
import { isCommit, parseModelName } from "./model-name.js";
import { type RemoteFile, described } from "./remote-file.js";

/** What happens while a model is downloaded. */
export type HubEvent = FileEvent;

/**
 * Downloads a model, `org/name` or `org/name@revision`, and returns the folder that holds its `config.json`, tokenizer files and weights: one commit's,
 * each checked by the hash that the hub says. What is in the cache already is not downloaded again; a branch or tag is looked up each time, a commit never.
 *
 * Of the weights it takes `model.safetensors`, else `pytorch_model.bin`, either in shards where the model has them so.
 *
 * @throws HubError `hub/bad-name`, `hub/bad-option`, `hub/offline` with what the cache lacks, `hub/not-found`, `hub/no-access`, `hub/unreachable`,
 * `hub/wrong-hash`, `hub/bad-answer`, `hub/write-failed`; the signal's reason
 */
export async function* downloadModel(name: string, options: HubOptions = {}): AsyncGenerator<HubEvent, string> {
  const model = parseModelName(name);
  const settings = hubSettings(options);
  settings.signal?.throwIfAborted();
  const cache = new ModelCache(settings, model);
  if (settings.offline) return cache.offlineFolder();
  if (isCommit(model.revision) && await cache.isComplete(model.revision)) return cache.folder(model.revision);

  const config = yield* described({ ...model, file: CONFIG_FILE }, settings);
  const { revision: commit } = config.address;
  const folder = cache.folder(commit);
  if (await cache.isComplete(commit)) {
    await cache.remember(commit);
    return folder;
  }
  const sizes: Record<string, number> = {};
  for await (const remote of neededFiles(config, folder, settings)) {
    if ("type" in remote) {
      yield remote;
      continue;
    }
    sizes[remote.address.file] = remote.sizeBytes;
    yield* downloadFile(remote, join(folder, remote.address.file), settings);
  }
  await cache.complete(commit, sizes);
  return folder;
}

/** The files to download, in their order, and the events of asking for them; the index of shards is read once it is there. */
async function* neededFiles(config: RemoteFile, folder: string, settings: HubSettings): AsyncGenerator<RemoteFile | HubEvent> {
  const { address } = config;
  yield config;
  for (const file of TOKENIZER_FILES) {
    const remote = yield* describedIfAny({ ...address, file }, settings);
    if (remote !== undefined) yield remote;
  }
  for (const file of WEIGHT_FILES) {
    const remote = yield* describedIfAny({ ...address, file }, settings);
    if (remote === undefined) continue;
    yield remote;
    const shards = isWeightIndex(file) ? await shardNames(join(folder, file)) : [];
    for (const shard of shards) yield yield* described({ ...address, file: shard }, settings);
    return;
  }
  throw new HubError("hub/not-found",
    `hub: ${settings.endpoint}/${address.repository} must have one of ${WEIGHT_FILES.join(", ")}, and has none; give a model for PyTorch`);
}

async function shardNames(indexPath: string): Promise<ReadonlySet<string>> {
  const shards = shardsOf(await readFile(indexPath, "utf8"));
  if (shards !== undefined) return new Set(shards.values());
  throw new HubError("hub/bad-answer", `hub: ${indexPath} must list the shard of every tensor under "weight_map", and does not; use another revision`);
}

async function* describedIfAny(address: RemoteFile["address"], settings: HubSettings): AsyncGenerator<HubEvent, RemoteFile | undefined> {
  try {
    return yield* described(address, settings);
  } catch (error) {
    if (error instanceof HubError && error.code === "hub/not-found") return undefined;
    throw error;
  }
}
