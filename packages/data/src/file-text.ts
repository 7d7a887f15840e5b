import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { CorpusFile } from "./corpus-file.js";
import { DataError } from "./data-error.js";
import { decodeUtf8, NotUtf8Error } from "./decode-utf8.js";
import { readFailed } from "./read-failed.js";

const CHUNK_BYTES = 1 << 16;

/**
 * Streams the text of a file, unpacked where it is gzipped.
 * Throws `data/not-utf8` with the offset in the unpacked bytes, `data/bad-file` for a gzip file that is cut short or damaged, or `data/read-failed`.
 */
export async function* fileText({ path, gzip }: Pick<CorpusFile, "path" | "gzip">): AsyncGenerator<string> {
  try {
    yield* decodeUtf8(bytesOf(path, gzip));
  } catch (cause) {
    throw explained(path, cause);
  }
}

function bytesOf(path: string, gzip: boolean): AsyncIterable<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  // The stream that is read throws what went wrong in either.
  return gzip ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined) : file;
}

function explained(path: string, cause: unknown): DataError {
  if (cause instanceof NotUtf8Error) {
    const byte = cause.byte.toString(16).padStart(2, "0");
    const message = `data: ${path} is not UTF-8 (byte 0x${byte} at offset ${cause.offset}); convert it, for example with iconv`;
    return new DataError("data/not-utf8", message, { cause });
  }
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR") return new DataError("data/bad-file", `data: ${path} ends in the middle of its gzip data; get the whole file`, { cause });
  if (code?.startsWith("Z_") === true) {
    return new DataError("data/bad-file", `data: ${path} is not sound gzip data (${(cause as Error).message}); get the file again`, { cause });
  }
  return readFailed(path, cause);
}
