import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { breather } from "./breather.js";
import { DataError } from "./data-error.js";
import { readFailed } from "./read-failed.js";
import { badTokens, bytesPerToken, decodeHeader, HEADER_BYTES, type TokenFileHeader, tokenizerFingerprint } from "./token-file-header.js";
import { type TokenFileSummary, TokenFileWriter } from "./token-file-writer.js";
import type { Tokenizer } from "./tokenizer.js";

/** How to write a token file. */
export interface WriteTokenFileOptions {
  readonly signal?: AbortSignal;
  /** Called now and then with the documents and tokens written so far, and once at the end. */
  readonly onProgress?: (documents: number, tokens: number) => void;
}

/** An open run of tokens on disk; a document is a run of tokens up to and with an `end` token. */
export interface TokenFile {
  readonly tokens: number;
  /** The vocabulary of the tokenizer that made the file. */
  readonly vocabSize: number;
  /** The `count` tokens from `offset` on, in a new array. Throws `data/bad-tokens` where the file has no such tokens. */
  read(offset: number, count: number): Int32Array;
  close(): void;
}

/** A token file that knows how many documents it holds. */
export interface StoredTokens extends TokenFile {
  readonly documents: number;
}

/** How often `onProgress` is called, in documents. */
export const PROGRESS_DOCUMENTS = 1000;

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
  const writer = await TokenFileWriter.create(path, tokenizer);
  try {
    const breathe = breather(signal);
    for await (const document of documents) {
      await writer.add(document);
      if (writer.documents % PROGRESS_DOCUMENTS === 0) onProgress?.(writer.documents, writer.tokens);
      await breathe();
    }
    const summary = await writer.finish();
    onProgress?.(summary.documents, summary.tokens);
    return summary;
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/**
 * Opens a token file; where `tokenizer` is given, it must be the one that made the file.
 * Throws `data/missing-path`, or `data/bad-tokens` for another kind of file, one that was cut short, or another tokenizer.
 */
export function openTokenFile(path: string, tokenizer?: Tokenizer): StoredTokens {
  return DiskTokenFile.open(path, tokenizer);
}

/** Opens a token file as `openTokenFile` does, and reads it once for its checksum; throws `data/bad-tokens` where a byte has changed. */
export function verifyTokenFile(path: string, tokenizer?: Tokenizer): void {
  const file = DiskTokenFile.open(path, tokenizer);
  try {
    file.verify();
  } finally {
    file.close();
  }
}

const VERIFY_BYTES = 1 << 20;

class DiskTokenFile implements StoredTokens {
  readonly tokens: number;
  readonly documents: number;
  readonly vocabSize: number;
  readonly #path: string;
  readonly #checksum: number;
  readonly #width: number;
  #descriptor: number | undefined;
  #buffer: Buffer = Buffer.alloc(0);

  private constructor(path: string, descriptor: number, { tokens, documents, vocabSize, checksum }: TokenFileHeader) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#checksum = checksum;
    this.#width = bytesPerToken(vocabSize);
    this.tokens = tokens;
    this.documents = documents;
    this.vocabSize = vocabSize;
  }

  static open(path: string, tokenizer: Tokenizer | undefined): DiskTokenFile {
    const descriptor = openForReading(path);
    try {
      const head = Buffer.alloc(HEADER_BYTES);
      readSync(descriptor, head, 0, HEADER_BYTES, 0);
      const header = decodeHeader(head, path, fstatSync(descriptor).size);
      if (tokenizer && !tokenizerFingerprint(tokenizer).equals(header.tokenizer)) {
        throw badTokens(path, `was made by another tokenizer (${header.vocabSize} tokens, this one has ${tokenizer.vocabSize})`);
      }
      return new DiskTokenFile(path, descriptor, header);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  read(offset: number, count: number): Int32Array {
    if (!Number.isInteger(offset) || !Number.isInteger(count) || offset < 0 || count < 0 || offset + count > this.tokens) {
      throw new DataError("data/bad-tokens", `data: cannot read ${count} tokens from ${offset} on: ${this.#path} has ${this.tokens}`);
    }
    const bytes = this.#bytes(HEADER_BYTES + offset * this.#width, count * this.#width);
    const ids = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const id = this.#width === 2 ? bytes.readUInt16LE(2 * i) : bytes.readUInt32LE(4 * i);
      if (id >= this.vocabSize) throw badTokens(this.#path, `holds the token ${id}, and its vocabulary ends at ${this.vocabSize - 1}`);
      ids[i] = id;
    }
    return ids;
  }

  verify(): void {
    const end = HEADER_BYTES + this.tokens * this.#width;
    let checksum = 0;
    for (let at = HEADER_BYTES; at < end; at += VERIFY_BYTES) {
      const size = Math.min(VERIFY_BYTES, end - at);
      checksum = crc32(this.#bytes(at, size).subarray(0, size), checksum);
    }
    if (checksum !== this.#checksum) throw badTokens(this.#path, "is damaged: its checksum is not that of its tokens");
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** A buffer that begins with the `size` bytes at `position`, good until the next call. */
  #bytes(position: number, size: number): Buffer {
    if (this.#descriptor === undefined) throw new DataError("data/read-failed", `data: ${this.#path} was closed; open it again to read it`);
    if (this.#buffer.length < size) this.#buffer = Buffer.alloc(size);
    for (let filled = 0; filled < size;) {
      const got = readSync(this.#descriptor, this.#buffer, filled, size - filled, position + filled);
      if (got === 0) throw badTokens(this.#path, "has become shorter since it was opened");
      filled += got;
    }
    return this.#buffer;
  }
}

function openForReading(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw readFailed(path, cause);
    throw new DataError("data/missing-path", `data: there is no token file ${path}`, { cause });
  }
}
