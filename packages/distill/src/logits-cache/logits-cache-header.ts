import { type EncoderArch } from "@bort/arch";
import { type MlmShape, writeFileAtomically } from "@bort/nn";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
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
  /** Number of the first batch among those of the run. Absent where it is 0. */
  readonly start?: number;
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

/** What a cache is of where a field of its header differs. */
const otherness: Readonly<Record<keyof LogitsCacheHeader, string>> = {
  format: "another format", arch: "another teacher", weights: "another teacher", shape: "batches of another shape", start: "other steps of a run",
  firstBatch: "other batches: text, seed, packing or masks differ",
  topK: "other options", precision: "other options", temperatures: "other options", shardRecords: "other options",
};

/**
 * Begins a cache, or goes on with one of the same header.
 *
 * @throws what {@link requireSameHeader} throws; NnError `nn/write-failed`
 */
export function claimHeader(folder: string, wanted: HashedHeader): void {
  if (existsSync(join(folder, FILE))) requireSameHeader(folder, wanted);
  else writeFileAtomically(join(folder, FILE), `${JSON.stringify({ ...wanted.header, sha256: wanted.sha256 }, null, 2)}\n`);
}

/** @throws DistillError `distill/other-cache`, `distill/bad-cache` */
export function requireSameHeader(folder: string, wanted: HashedHeader): void {
  const { header } = readHeader(folder);
  for (const name of Object.keys(otherness) as (keyof LogitsCacheHeader)[]) {
    const [found = "none", now = "none"] = [header[name], wanted.header[name]].map((value) => JSON.stringify(value));
    if (found === now) continue;
    const values = name === "arch" ? "" : ` (${name} ${found}, now ${now})`; // An architecture lists every layer.
    throw new DistillError("distill/other-cache",
      `distill: ${folder} holds a cache of ${otherness[name]}${values}; give the same teacher, data and options, or another folder`);
  }
}

/** Removes the header of a cache that has no shards. */
export const removeHeader = (folder: string): void => rmSync(join(folder, FILE), { force: true });

/** @throws DistillError `distill/bad-cache` */
export function readHeader(folder: string): HashedHeader {
  const bad = (why: string): DistillError => new DistillError("distill/bad-cache", `distill: the cache of logits in ${folder} cannot be used: ${why}; remove the folder and make it again`);
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
