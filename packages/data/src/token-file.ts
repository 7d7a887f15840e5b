import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { breather } from "./breather.js";
import { DataError } from "./data-error.js";
import type { Tokenizer } from "./tokenizer.js";

/** How to write a token file. */
export interface WriteTokenFileOptions {
  readonly signal?: AbortSignal;
  /** Called now and then with the documents and tokens written so far, and once at the end. */
  readonly onProgress?: (documents: number, tokens: number) => void;
}

/** What a token file was found to hold while it was written. */
export interface TokenFileSummary {
  readonly documents: number;
  /** With the `end` token of every document. */
  readonly tokens: number;
  readonly sizeBytes: number;
}

/** An open file of tokens; a document is a run of tokens up to and with an `end` token. */
export interface TokenFile {
  readonly tokens: number;
  /** The vocabulary of the tokenizer that made the file. */
  readonly vocabSize: number;
  /** The `count` tokens from `offset` on, in a new array. Throws `data/bad-tokens` where the file has no such tokens. */
  read(offset: number, count: number): Int32Array;
  close(): void;
}

/*
 * Little-endian, 64 bytes of header and then the tokens:
 * magic (8 bytes), version (u32), bytes per token (u32), vocabulary size (u32), zero (u32), tokens (u64), SHA-256 of tokenizer.json (32 bytes).
 */
const MAGIC = "BORTTOKS";
const VERSION = 1;
const HEADER_BYTES = 64;
const WRITE_BYTES = 1 << 20;

/**
 * Tokenizes a stream of documents into a file, `end` after each, 2 bytes a token up to a vocabulary of 65,536 and 4 above.
 * The file appears under its name only when it is whole; on any error nothing is left behind.
 * Throws `data/write-failed` for a full disk, and as it is whatever `documents` throws.
 */
export async function writeTokenFile(
  path: string,
  documents: AsyncIterable<string> | Iterable<string>,
  tokenizer: Tokenizer,
  { signal, onProgress }: WriteTokenFileOptions = {},
): Promise<TokenFileSummary> {
  const temporary = `${path}.${process.pid}.tmp`;
  const handle = await writing(path, open(temporary, "w"));
  try {
    const writer = new TokenWriter(path, handle, bytesPerToken(tokenizer.vocabSize));
    const breathe = breather(signal);
    let count = 0;
    for await (const document of documents) {
      await writer.write(tokenizer.encode(document));
      await writer.write([tokenizer.special.end]);
      if (++count % 1000 === 0) onProgress?.(count, writer.tokens);
      await breathe();
    }
    await writer.flush();
    await writing(path, handle.write(header(tokenizer, writer.tokens), 0, HEADER_BYTES, 0));
    await writing(path, handle.sync());
    await writing(path, handle.close());
    await writing(path, rename(temporary, path));
    onProgress?.(count, writer.tokens);
    return { documents: count, tokens: writer.tokens, sizeBytes: writer.position };
  } catch (error) {
    await handle.close().catch(() => undefined); // It may be closed already; the first error is the one to report.
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Opens a token file; where `tokenizer` is given, it must be the one that made the file.
 * Throws `data/missing-path`, or `data/bad-tokens` for another kind of file, one that was cut short, or another tokenizer.
 */
export function openTokenFile(path: string, tokenizer?: Tokenizer): TokenFile {
  const descriptor = openForReading(path);
  try {
    return new DiskTokenFile(path, descriptor, tokenizer);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Gathers tokens into large writes. */
class TokenWriter {
  tokens = 0;
  position: number = HEADER_BYTES;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #width: 2 | 4;
  readonly #buffer: Buffer = Buffer.alloc(WRITE_BYTES);
  #used = 0;

  constructor(path: string, handle: FileHandle, width: 2 | 4) {
    this.#path = path;
    this.#handle = handle;
    this.#width = width;
  }

  async write(ids: ArrayLike<number>): Promise<void> {
    for (let i = 0; i < ids.length; i++) {
      if (this.#used === WRITE_BYTES) await this.flush();
      this.#used = this.#buffer.writeUIntLE(ids[i]!, this.#used, this.#width);
    }
    this.tokens += ids.length;
  }

  async flush(): Promise<void> {
    for (let start = 0; start < this.#used;) { // A disk that is almost full takes a part.
      const { bytesWritten } = await writing(this.#path, this.#handle.write(this.#buffer, start, this.#used - start, this.position));
      start += bytesWritten;
      this.position += bytesWritten;
    }
    this.#used = 0;
  }
}

class DiskTokenFile implements TokenFile {
  readonly tokens: number;
  readonly vocabSize: number;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #width: number;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(path: string, descriptor: number, tokenizer: Tokenizer | undefined) {
    const head = Buffer.alloc(HEADER_BYTES);
    const size = fstatSync(descriptor).size;
    if (readSync(descriptor, head, 0, HEADER_BYTES, 0) < HEADER_BYTES || head.toString("latin1", 0, 8) !== MAGIC) {
      throw badTokens(path, "is not a token file");
    }
    if (head.readUInt32LE(8) !== VERSION) throw badTokens(path, `has format ${head.readUInt32LE(8)}, and this program reads format ${VERSION}`);
    this.#path = path;
    this.#descriptor = descriptor;
    this.#width = head.readUInt32LE(12);
    this.vocabSize = head.readUInt32LE(16);
    this.tokens = Number(head.readBigUInt64LE(24));
    if (this.#width !== bytesPerToken(this.vocabSize)) {
      throw badTokens(path, `says ${this.#width} bytes a token, which a vocabulary of ${this.vocabSize} has not`);
    }
    const needed = HEADER_BYTES + this.tokens * this.#width;
    if (size !== needed) throw badTokens(path, `should have ${needed} bytes for its ${this.tokens} tokens, but has ${size}`);
    if (tokenizer && !fingerprint(tokenizer).equals(head.subarray(32, 64))) {
      throw badTokens(path, `was made by another tokenizer (${this.vocabSize} tokens, this one has ${tokenizer.vocabSize})`);
    }
  }

  read(offset: number, count: number): Int32Array {
    if (!Number.isInteger(offset) || !Number.isInteger(count) || offset < 0 || count < 0 || offset + count > this.tokens) {
      throw new DataError("data/bad-tokens", `data: cannot read ${count} tokens from ${offset} on: ${this.#path} has ${this.tokens}`);
    }
    const size = count * this.#width;
    if (this.#buffer.length < size) this.#buffer = Buffer.alloc(size);
    this.#fill(size, HEADER_BYTES + offset * this.#width);
    const ids = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const id = this.#width === 2 ? this.#buffer.readUInt16LE(2 * i) : this.#buffer.readUInt32LE(4 * i);
      if (id >= this.vocabSize) throw badTokens(this.#path, `holds the token ${id}, and its vocabulary ends at ${this.vocabSize - 1}`);
      ids[i] = id;
    }
    return ids;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #fill(size: number, position: number): void {
    for (let filled = 0; filled < size;) {
      const got = readSync(this.#descriptor, this.#buffer, filled, size - filled, position + filled);
      if (got === 0) throw badTokens(this.#path, "has become shorter since it was opened");
      filled += got;
    }
  }
}

function header(tokenizer: Tokenizer, tokens: number): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.write(MAGIC, "latin1");
  head.writeUInt32LE(VERSION, 8);
  head.writeUInt32LE(bytesPerToken(tokenizer.vocabSize), 12);
  head.writeUInt32LE(tokenizer.vocabSize, 16);
  head.writeBigUInt64LE(BigInt(tokens), 24);
  fingerprint(tokenizer).copy(head, 32);
  return head;
}

function fingerprint(tokenizer: Tokenizer): Buffer {
  return createHash("sha256").update(tokenizer.toJson()).digest();
}

function bytesPerToken(vocabSize: number): 2 | 4 {
  return vocabSize <= 65_536 ? 2 : 4;
}

function openForReading(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new DataError("data/missing-path", `data: there is no token file ${path}`, { cause });
    throw new DataError("data/read-failed", `data: cannot read ${path} (${code})`, { cause });
  }
}

/** What `result` resolves to; throws `data/write-failed` where it rejects. */
export async function writing<T>(path: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOSPC" ? "the disk is full; free some space" : code;
    throw new DataError("data/write-failed", `data: cannot write ${path} (${why})`, { cause });
  }
}

function badTokens(path: string, problem: string): DataError {
  return new DataError("data/bad-tokens", `data: ${path} ${problem}; make it again from the corpus`);
}
