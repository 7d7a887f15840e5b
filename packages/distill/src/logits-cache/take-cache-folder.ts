import { tryProcessLock } from "@bort/data";
import { makeFolder } from "@bort/nn";
import { rmdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DistillError } from "../distill-error.js";
import { removeHeader } from "./logits-cache-header.js";
import { hasShards } from "./logits-shard.js";

/** A folder that this process alone writes to. */
export interface TakenFolder {
  /** Lets others in. A cache without a shard is removed, and so are the folders that were made for it. */
  release(): void;
}

/**
 * Takes the folder of a cache, which is made where it is not there.
 *
 * @throws DistillError `distill/locked` while another process has it; NnError `nn/write-failed`, DataError `data/write-failed`
 */
export function takeCacheFolder(folder: string): TakenFolder {
  const created = makeFolder(folder);
  const attempt = tryProcessLock(join(folder, "cache.lock"));
  if (!attempt.taken) throw new DistillError("distill/locked", `distill: ${attempt.holder} is writing the cache in ${folder}; wait for it, or give another folder`);
  const removeEmptyCache = (): void => {
    if (!hasShards(folder)) removeHeader(folder);
  };
  const release = (): void => {
    try {
      removeEmptyCache();
    } finally {
      attempt.lock.release();
      if (created !== undefined) removeEmptyFolders(resolve(folder), created);
    }
  };
  try {
    removeEmptyCache(); // That of a process that was killed before its first shard.
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

/** Removes a folder and those above it, up to `topmost`, as far as they are empty. */
function removeEmptyFolders(folder: string, topmost: string): void {
  try {
    rmdirSync(folder);
  } catch {
    return; // It holds something.
  }
  if (folder !== topmost) removeEmptyFolders(dirname(folder), topmost);
}
