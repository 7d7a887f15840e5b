import { writeFileAtomically } from "@bort/nn";
import { createHash } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, readSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DistillError } from "../distill-error.js";
import { type HashedHeader } from "./logits-cache-header.js";
import { recordSizeBytes } from "./logits-record.js";

/*
 * Little-endian, 64 bytes and then the records:
 * magic (8 bytes), version (u32), records (u32), SHA-256 of the header's SHA-256 and the records (32 bytes), zeros (16 bytes).
 */
const MAGIC = "BORTLOGS";
const VERSION = 1;
const HEAD_BYTES = 64;
const READ_BYTES = 1 << 20;

export const shardName = (shard: number): string => `logits-${String(shard).padStart(6, "0")}.bin`;

/** Whether a file is a shard by its name. */
export const isShardName = (name: string): boolean => /^logits-\d{6,}\.bin$/.test(name);

/** Whether a folder is there and holds a shard. */
export const hasShards = (folder: string): boolean => existsSync(folder) && readdirSync(folder).some(isShardName);

/** Writes a shard whole or not at all; throws NnError `nn/write-failed`. */
export function writeShard(folder: string, shard: number, { sha256 }: HashedHeader, records: readonly Uint8Array[]): void {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(MAGIC, "latin1");
  head.writeUInt32LE(VERSION, 8);
  head.writeUInt32LE(records.length, 12);
  const hash = createHash("sha256").update(sha256);
  for (const record of records) hash.update(record);
  hash.digest().copy(head, 16);
  writeFileAtomically(join(folder, shardName(shard)), [head, ...records]);
}

/** An open shard, of which any record can be read. */
export interface LogitsShard {
  readonly records: number;
  /** Reads all of it, a piece at a time; throws DistillError `distill/bad-cache` where it differs from its hash. */
  verify(): void;
  record(index: number): Uint8Array;
  close(): void;
}

/** @throws DistillError `distill/bad-cache` for a file that is not such a shard, or was cut short. */
export function openShard(folder: string, shard: number, { header, sha256 }: HashedHeader): LogitsShard {
  const path = join(folder, shardName(shard));
  const bad = (why: string): DistillError => new DistillError("distill/bad-cache", `distill: ${path} ${why}; remove it and cache the logits again, which fills the gap`);
  const descriptor = openSync(path, "r");
  const read = (start: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const got = readSync(descriptor, bytes, done, length - done, start + done);
      if (got === 0) throw bad("is shorter than it says");
      done += got;
    }
    return bytes;
  };
  const sizeBytes = recordSizeBytes(header);
  try {
    const found = fstatSync(descriptor).size;
    const head = found < HEAD_BYTES ? Buffer.alloc(HEAD_BYTES) : read(0, HEAD_BYTES);
    if (head.toString("latin1", 0, 8) !== MAGIC || head.readUInt32LE(8) !== VERSION) throw bad(`is not a shard of version ${VERSION}`);
    const records = head.readUInt32LE(12);
    const needed = HEAD_BYTES + records * sizeBytes;
    if (found !== needed) throw bad(`has ${found} bytes where its ${records} batches need ${needed}`);
    return {
      records,
      verify: () => {
        const hash = createHash("sha256").update(sha256);
        for (let at = HEAD_BYTES; at < needed; at += READ_BYTES) hash.update(read(at, Math.min(READ_BYTES, needed - at)));
        if (!hash.digest().equals(head.subarray(16, 48))) throw bad("differs from the hash in it, so some of it has changed or it is of another cache");
      },
      record: (index) => read(HEAD_BYTES + index * sizeBytes, sizeBytes),
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
