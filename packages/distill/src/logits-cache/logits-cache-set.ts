import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DistillError } from "../distill-error.js";
import { type LogitsCache, openLogitsCache } from "./logits-cache.js";

/** What a teacher said on batches of several shapes: a cache of each. */
export interface LogitsCacheSet {
  /** At least one. */
  readonly caches: readonly LogitsCache[];
  close(): void;
}

/** The folder, within that of a set, of the cache for sequences of a length. */
export const shapeFolder = (sequenceLength: number): string => `${sequenceLength}-tokens`;

/** The lengths of sequences that a set in a folder has caches for; none where there is no such folder. */
export const cachedLengths = (folder: string): number[] =>
  (existsSync(folder) ? readdirSync(folder) : []).flatMap((name) => /^(\d+)-tokens$/.exec(name)?.[1] ?? []).map(Number).sort((a, b) => a - b);

/**
 * Opens what `cachePretrainingLogits` made.
 *
 * @throws DistillError `distill/bad-cache` as `openLogitsCache` does, or where there is none; `distill/other-cache` where they are of several teachers, or
 * keep logits in several ways
 */
export function openLogitsCaches(folder: string): LogitsCacheSet {
  const lengths = cachedLengths(folder);
  if (lengths.length === 0) throw new DistillError("distill/bad-cache", `distill: there is no cache of logits in ${folder}; make it by cachePretrainingLogits`);
  const caches = lengths.map((length) => openLogitsCache(join(folder, shapeFolder(length))));
  requireAlike(folder, caches);
  return { caches, close: () => caches.forEach((cache) => cache.close()) };
}

function requireAlike(folder: string, caches: readonly LogitsCache[]): void {
  const kept = ({ header: { arch, weights, topK, precision, temperatures } }: LogitsCache): string => JSON.stringify([arch, weights, topK, precision, temperatures]);
  const other = caches.find((cache) => kept(cache) !== kept(caches[0]!));
  if (other === undefined) return;
  throw new DistillError("distill/other-cache",
    `distill: the caches in ${folder} must be of one teacher and kept alike, and ${other.folder} is not as the first; remove it and cache the logits again`);
}
