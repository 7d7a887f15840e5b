import { readdirSync } from "node:fs";
import { DistillError } from "../distill-error.js";
import { type LogitsCacheHeader, readHeader } from "./logits-cache-header.js";
import { type CachedLogits, decodeRecord } from "./logits-record.js";
import { type LogitsShard, isShardName, openShard, shardName } from "./logits-shard.js";

/** What a teacher said on batches, on disk: any batch can be read, and one shard is open at a time. */
export interface LogitsCache {
  readonly folder: string;
  readonly header: LogitsCacheHeader;
  /** How many there are. */
  readonly batches: number;
  /** Batch `index`, from 0. Each shard is verified when it is first read; throws DistillError `distill/bad-cache`. */
  read(index: number): CachedLogits;
  close(): void;
}

/**
 * Opens what `cacheTeacherLogits` made, finished or not.
 *
 * @throws DistillError `distill/bad-cache` where there is none, or a shard is missing, cut short or not full before the last.
 */
export function openLogitsCache(folder: string): LogitsCache {
  const hashed = readHeader(folder);
  const { header } = hashed;
  const bad = (why: string): DistillError => new DistillError("distill/bad-cache", `distill: the cache of logits in ${folder} ${why}; cache the logits again, which fills gaps`);
  const names = new Set(readdirSync(folder).filter(isShardName));
  const counts = Array.from(names, (_, shard) => {
    if (!names.has(shardName(shard))) throw bad(`has ${names.size} shards, and ${shardName(shard)} is not among them`);
    const opened = openShard(folder, shard, hashed);
    opened.close();
    if (shard < names.size - 1 && opened.records < header.shardRecords) throw bad(`has ${opened.records} batches in ${shardName(shard)} where ${header.shardRecords} are needed`);
    return opened.records;
  });
  const batches = counts.reduce((sum, count) => sum + count, 0);
  if (batches === 0) throw bad("has no batches yet");

  const verified = new Set<number>();
  let current: { readonly number: number; readonly shard: LogitsShard } | undefined;
  const close = (): void => {
    current?.shard.close();
    current = undefined;
  };
  const shardAt = (number: number): LogitsShard => {
    if (current?.number !== number) {
      close();
      current = { number, shard: openShard(folder, number, hashed) };
    }
    if (!verified.has(number)) current.shard.verify();
    verified.add(number);
    return current.shard;
  };
  return {
    folder, header, batches, close,
    read: (index) => {
      if (!(Number.isInteger(index) && index >= 0 && index < batches)) throw bad(`has ${batches} batches, and there is no number ${index}`);
      return decodeRecord(header, shardAt(Math.floor(index / header.shardRecords)).record(index % header.shardRecords));
    },
  };
}
