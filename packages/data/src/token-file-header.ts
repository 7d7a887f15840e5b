import { createHash } from "node:crypto";
import { DataError } from "./data-error.js";
import type { Tokenizer } from "./tokenizer.js";

/** What a token file says of itself. */
export interface TokenFileHeader {
  readonly vocabSize: number;
  readonly tokens: number;
  readonly documents: number;
  /** CRC-32 of the bytes after the header. */
  readonly checksum: number;
  /** SHA-256 of the `tokenizer.json` of the tokenizer that made the file. */
  readonly tokenizer: Buffer;
}

/*
 * Little-endian, 80 bytes, and then the tokens: magic (8 bytes), version (u32), bytes per token (u32), vocabulary size (u32), CRC-32 (u32),
 * tokens (u64), documents (u64), zero (8 bytes), SHA-256 of tokenizer.json (32 bytes).
 */
const MAGIC = "BORTTOKS";
const VERSION = 2;
export const HEADER_BYTES = 80;

export function encodeHeader({ vocabSize, tokens, documents, checksum, tokenizer }: TokenFileHeader): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.write(MAGIC, "latin1");
  head.writeUInt32LE(VERSION, 8);
  head.writeUInt32LE(bytesPerToken(vocabSize), 12);
  head.writeUInt32LE(vocabSize, 16);
  head.writeUInt32LE(checksum, 20);
  head.writeBigUInt64LE(BigInt(tokens), 24);
  head.writeBigUInt64LE(BigInt(documents), 32);
  tokenizer.copy(head, 48);
  return head;
}

/** Reads the header of a file of `sizeBytes`; `head` is the start of it. Throws `data/bad-tokens` for another kind of file or one that was cut short. */
export function decodeHeader(head: Buffer, path: string, sizeBytes: number): TokenFileHeader {
  if (sizeBytes < HEADER_BYTES || head.toString("latin1", 0, 8) !== MAGIC) throw badTokens(path, "is not a token file");
  if (head.readUInt32LE(8) !== VERSION) throw badTokens(path, `has format ${head.readUInt32LE(8)}, and this program reads format ${VERSION}`);
  const vocabSize = head.readUInt32LE(16);
  const tokens = Number(head.readBigUInt64LE(24));
  const width = head.readUInt32LE(12);
  if (width !== bytesPerToken(vocabSize)) throw badTokens(path, `says ${width} bytes a token, which a vocabulary of ${vocabSize} has not`);
  const needed = HEADER_BYTES + tokens * width;
  if (sizeBytes !== needed) throw badTokens(path, `should have ${needed} bytes for its ${tokens} tokens, but has ${sizeBytes}`);
  return { vocabSize, tokens, documents: Number(head.readBigUInt64LE(32)), checksum: head.readUInt32LE(20), tokenizer: head.subarray(48, 80) };
}

export function bytesPerToken(vocabSize: number): 2 | 4 {
  return vocabSize <= 65_536 ? 2 : 4;
}

export function badTokens(path: string, problem: string): DataError {
  return new DataError("data/bad-tokens", `data: ${path} ${problem}; delete it and make it again from the corpus`);
}

const fingerprints = new WeakMap<Tokenizer, Buffer>();

/** Tells a tokenizer from another: SHA-256 of its `tokenizer.json`, which is made once. */
export function tokenizerFingerprint(tokenizer: Tokenizer): Buffer {
  const known = fingerprints.get(tokenizer) ?? createHash("sha256").update(tokenizer.toJson()).digest();
  fingerprints.set(tokenizer, known);
  return known;
}
