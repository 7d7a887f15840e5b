import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { bytesPerToken, encodeHeader, HEADER_BYTES, tokenizerFingerprint } from "./token-file-header.js";
import type { Tokenizer } from "./tokenizer.js";
import { writing } from "./writing.js";

/** What a token file was found to hold while it was written. */
export interface TokenFileSummary {
  readonly documents: number;
  /** With the `end` token of every document. */
  readonly tokens: number;
  readonly sizeBytes: number;
}

const BUFFER_BYTES = 1 << 20;

/** Writes a token file under a temporary name, in large pieces; `finish` gives it its own name, so that it is there whole or not at all. */
export class TokenFileWriter {
  documents = 0;
  tokens = 0;
  readonly #path: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  readonly #tokenizer: Tokenizer;
  readonly #width: 2 | 4;
  readonly #buffer: Buffer = Buffer.alloc(BUFFER_BYTES);
  #used = 0;
  #position = HEADER_BYTES;
  #checksum = 0;

  private constructor(path: string, temporary: string, handle: FileHandle, tokenizer: Tokenizer) {
    this.#path = path;
    this.#temporary = temporary;
    this.#handle = handle;
    this.#tokenizer = tokenizer;
    this.#width = bytesPerToken(tokenizer.vocabSize);
  }

  /** Throws `data/write-failed`, as all methods do. */
  static async create(path: string, tokenizer: Tokenizer): Promise<TokenFileWriter> {
    const temporary = `${path}.${process.pid}.tmp`;
    return new TokenFileWriter(path, temporary, await writing(path, open(temporary, "w")), tokenizer);
  }

  /** Appends the tokens of a document, and `end`. */
  async add(document: string): Promise<void> {
    await this.#append(this.#tokenizer.encode(document));
    await this.#append([this.#tokenizer.special.end]);
    this.documents++;
  }

  async finish(): Promise<TokenFileSummary> {
    await this.#flush();
    const { documents, tokens } = this;
    const { vocabSize } = this.#tokenizer;
    const header = encodeHeader({ vocabSize, tokens, documents, checksum: this.#checksum, tokenizer: tokenizerFingerprint(this.#tokenizer) });
    await this.#writeAt(header, 0);
    await writing(this.#path, this.#handle.sync());
    await writing(this.#path, this.#handle.close());
    await writing(this.#path, rename(this.#temporary, this.#path));
    return { documents, tokens, sizeBytes: this.#position };
  }

  /** Removes what was written; the error that led here is the one to report. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined); // It may be closed already.
    await rm(this.#temporary, { force: true });
  }

  async #append(ids: ArrayLike<number>): Promise<void> {
    for (let i = 0; i < ids.length; i++) {
      if (this.#used === BUFFER_BYTES) await this.#flush();
      this.#used = this.#width === 2 ? this.#buffer.writeUInt16LE(ids[i]!, this.#used) : this.#buffer.writeUInt32LE(ids[i]!, this.#used);
    }
    this.tokens += ids.length;
  }

  async #flush(): Promise<void> {
    const bytes = this.#buffer.subarray(0, this.#used);
    this.#checksum = crc32(bytes, this.#checksum);
    await this.#writeAt(bytes, this.#position);
    this.#position += bytes.length;
    this.#used = 0;
  }

  async #writeAt(bytes: Buffer, position: number): Promise<void> {
    for (let start = 0; start < bytes.length;) { // A disk that is almost full takes a part.
      start += (await writing(this.#path, this.#handle.write(bytes, start, bytes.length - start, position + start))).bytesWritten;
    }
  }
}
