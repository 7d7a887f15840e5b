import { type MlmBatches } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type MlmModel, type MlmShape, fingerprint } from "@bort/nn";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { DistillError } from "../distill-error.js";
import { runningTeacher } from "../running-teacher.js";
import { batchFingerprint } from "./batch-fingerprint.js";
import { type HashedHeader, type LogitsCacheHeader, claimHeader, hashed, requireSameHeader } from "./logits-cache-header.js";
import { encodeRecord, recordSizeBytes } from "./logits-record.js";
import { hasShards, openShard, shardName, writeShard } from "./logits-shard.js";
import { takeCacheFolder } from "./take-cache-folder.js";

export interface CacheTeacherLogitsOptions {
  readonly backend: Backend;
  readonly teacher: MlmModel;
  /** Batches of `shape`: those that the student will be trained on. */
  readonly train: MlmBatches;
  readonly shape: MlmShape;
  /** How many: the steps of a run, or fewer for a run that repeats them. */
  readonly batches: number;
  /** Number of the first. Default 0. */
  readonly start?: number;
  readonly folder: string;
  /** Logits kept at each masked place, the largest. Default 64, or the vocabulary where that is smaller. */
  readonly topK?: number;
  /** Default `float16`. */
  readonly precision?: "float16" | "float32";
  /** At which the mass of the other tokens is kept exactly. Default 1 and 2. */
  readonly temperatures?: readonly number[];
  /** A shard is held in memory while it is made, and lost where the process is killed. Default 16 MiB, and at least one batch. */
  readonly shardBytes?: number;
  /** Ends the work after the batch in progress; what is done is kept. */
  readonly signal?: AbortSignal;
}

/** A batch is done. */
export interface CachedEvent {
  readonly type: "cached";
  /** Batches done so far. */
  readonly batches: number;
  readonly of: number;
}

/**
 * Runs a teacher over batches and keeps its logits at the masked places in `folder`, for any number of students: a `cache.json`, which says of what they are,
 * and shards with checksums, each there whole or not at all. Called again, it goes on where it stopped and fills gaps; it returns how many batches are there.
 *
 * @throws DistillError `distill/bad-option`; `distill/other-cache` where the folder holds the logits of another teacher, of other batches or options;
 * `distill/bad-cache` for a damaged shard; `distill/locked` while another process writes there; `distill/not-finite`. NnError `nn/write-failed`, DataError `data/write-failed`.
 */
export async function* cacheTeacherLogits(options: CacheTeacherLogitsOptions): AsyncGenerator<CachedEvent, number> {
  const { backend, teacher, train, shape, batches, start = 0, folder, signal } = options;
  const claimed = hashed(headerOf(options));
  const running = runningTeacher(teacher, { backend, shape, name: "teacher" });
  running.view.logits(1); // Throws, before the folder is taken, where the teacher does not read such batches.
  const taken = takeCacheFolder(folder);
  const recordAt = async (index: number): Promise<Uint8Array> => {
    const batch = train.at(start + index);
    const [logits] = Object.values(await running.feeds(batch, start + index));
    return encodeRecord(claimed.header, batchFingerprint(batch), logits as Float32Array);
  };
  const { shardRecords } = claimed.header;
  try {
    claimHeader(folder, claimed);
    for (let first = 0; first < batches; first += shardRecords) {
      const shard = first / shardRecords;
      const records = recordsOf(folder, shard, claimed);
      const found = records.length;
      const wanted = Math.min(shardRecords, batches - first);
      try {
        while (records.length < wanted && !(signal?.aborted ?? false)) {
          records.push(await recordAt(first + records.length));
          yield { type: "cached", batches: first + records.length, of: batches };
          await setImmediate(); // Lets signals and timers in: the teacher itself may hold the thread.
        }
      } finally {
        if (records.length > found) writeShard(folder, shard, claimed, records);
      }
      if (records.length < wanted) return first + records.length;
    }
    return batches;
  } finally {
    await running.dispose().finally(() => taken.release());
  }
}

/** Throws, before any work, what `cacheTeacherLogits` throws for options that cannot be, or for a folder with another cache. */
export function checkCache(options: CacheTeacherLogitsOptions): void {
  const wanted = hashed(headerOf(options));
  if (hasShards(options.folder)) requireSameHeader(options.folder, wanted);
}

/** The records of a shard that is there, verified. */
function recordsOf(folder: string, shard: number, claimed: HashedHeader): Uint8Array[] {
  if (!existsSync(join(folder, shardName(shard)))) return [];
  const opened = openShard(folder, shard, claimed);
  try {
    opened.verify();
    return Array.from({ length: opened.records }, (_, i) => opened.record(i));
  } finally {
    opened.close();
  }
}

function headerOf(options: CacheTeacherLogitsOptions): LogitsCacheHeader {
  const { teacher: { arch, parameters }, train, shape, batches, start = 0, shardBytes = 1 << 24 } = options;
  const { topK = Math.min(64, arch.vocabSize), precision = "float16", temperatures = [1, 2] } = options;
  const bad = (message: string): DistillError => new DistillError("distill/bad-option", `distill: ${message}`);
  const { batchSize, sequenceLength, maskedPerSequence, padded = false } = shape;
  if (!(Number.isInteger(batches) && batches >= 1)) throw bad(`batches to cache must be a whole number from 1, got ${batches}`);
  if (!(Number.isInteger(start) && start >= 0)) throw bad(`the number of the first batch must be a whole number from 0, got ${start}`);
  if (!(Number.isInteger(topK) && topK >= 1 && topK <= arch.vocabSize)) throw bad(`topK must be a whole number in [1, ${arch.vocabSize}], the vocabulary, got ${topK}`);
  if (temperatures.length === 0 || !temperatures.every((each) => each > 0 && each < Infinity)) throw bad(`temperatures must be numbers above 0, got ${temperatures.join(", ") || "none"}`);
  if (!(shardBytes >= 1)) throw bad(`shardBytes must be at least 1, got ${shardBytes}`);
  if (batchSize * maskedPerSequence * arch.vocabSize > 2 ** 31 - 1) throw bad(`a batch may have at most 2^31 - 1 logits, got ${batchSize} x ${maskedPerSequence} x ${arch.vocabSize}; take smaller batches`);
  const header: LogitsCacheHeader = {
    format: "bort-logits-1", arch, weights: fingerprint(parameters.flat), shape: { batchSize, sequenceLength, maskedPerSequence, ...(padded && { padded }) },
    ...(start > 0 && { start }), firstBatch: batchFingerprint(train.at(start)), topK, precision, temperatures, shardRecords: 1,
  };
  return { ...header, shardRecords: Math.max(1, Math.floor(shardBytes / recordSizeBytes(header))) };
}
