import { type EncoderArch } from "@bort/arch";
import { type MlmShape, writeFileAtomically } from "@bort/nn";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DistillError } from "../distill-error.js";

/** What a cache of logits is of, and how it keeps them. */
export interface LogitsCacheHeader {
  readonly format: "bort-logits-1";
  /** The teacher's architecture, with its vocabulary. */
  readonly arch: EncoderArch;
  /** Fingerprint of the teacher's weights. */
  readonly weights: string;
  readonly shape: MlmShape;
  /** Fingerprint of the first batch; every record has that of its own. */
  readonly firstBatch: string;
  /** Logits kept at each masked place, the largest; the vocabulary for all. */
  readonly topK: number;
  readonly precision: "float16" | "float32";
  /** At which the others' mass is kept. */
  readonly temperatures: readonly number[];
  /** Batches in each shard but the last. */
  readonly shardRecords: number;
}

/** A header with the hash of its text. */
export interface HashedHeader {
  readonly header: LogitsCacheHeader;
  readonly sha256: string;
}

const FILE = "cache.json";

export const hashed = (header: LogitsCacheHeader): HashedHeader => ({ header, sha256: createHash("sha256").update(JSON.stringify(header)).digest("hex") });

/**
 * Begins a cache, or goes on with one of the same header.
 *
 * @throws DistillError `distill/other-cache`, `distill/bad-cache`; NnError `nn/write-failed`
 */
export function claimHeader(folder: string, wanted: HashedHeader): void {
  if (!existsSync(join(folder, FILE))) {
    writeFileAtomically(join(folder, FILE), `${JSON.stringify({ ...wanted.header, sha256: wanted.sha256 }, null, 2)}\n`);
    return;
  }
  const { header } = readHeader(folder);
  for (const name of Object.keys(wanted.header) as (keyof LogitsCacheHeader)[]) {
    const [found, now] = [header[name], wanted.header[name]].map((value) => JSON.stringify(value));
    if (found !== now) {
      throw new DistillError("distill/other-cache", `distill: ${folder} holds a cache with another ${name} (${found}, now ${now}); give the same teacher, data and options, or another folder`);
    }
  }
}

/** @throws DistillError `distill/bad-cache` */
export function readHeader(folder: string): HashedHeader {
  const bad = (why: string): DistillError => new DistillError("distill/bad-cache", `distill: the cache of logits in ${folder} cannot be used: ${why}; make it again by cacheTeacherLogits`);
  let found: Partial<LogitsCacheHeader & { readonly sha256: string }> | null;
  try {
    found = JSON.parse(readFileSync(join(folder, FILE), "utf8")) as typeof found;
  } catch (error) {
    throw bad((error as NodeJS.ErrnoException).code === "ENOENT" ? `there is no ${FILE}` : `${FILE} is not JSON`);
  }
  const { sha256, ...content } = found ?? {};
  if (content.format !== "bort-logits-1") throw bad(`${FILE} is not of the format bort-logits-1`);
  const header = content as LogitsCacheHeader;
  if (hashed(header).sha256 !== sha256) throw bad(`${FILE} differs from the hash in it, so some of it has changed`);
  return hashed(header);
}
