import { createReadStream } from "node:fs";
import { DataError } from "../data-error.js";
import { NotUtf8Error } from "../decode-utf8.js";
import { fileText } from "../file-text.js";
import { linesOf } from "../lines-of.js";

/** A line of a file, without its end; lines are numbered from 1. */
export interface TextLine {
  readonly number: number;
  readonly text: string;
}

/** The longest line, or CSV record, that is read: what is longer was hardly meant to be one example. */
export const MAX_LINE_CHARACTERS: number = 2 ** 24;

/**
 * The lines of a UTF-8 file, which is held a line and a chunk at a time. Lines end in LF; CR is left in them. A byte-order mark is dropped.
 * Throws `data/missing-path`, `data/read-failed`, and with the number of the line `data/not-utf8` (also for UTF-16) and `data/line-too-long`.
 */
export async function* textLines(path: string): AsyncGenerator<TextLine> {
  let number = 0;
  let held: string | undefined; // A line is given when another follows, so that the end of the last one makes no line.
  try {
    for await (const text of linesOf(fileText({ path, gzip: false }), MAX_LINE_CHARACTERS, (line) => tooLong(path, line))) {
      if (text.includes("\0")) throw new DataError("data/not-utf8", `data: ${path}:${number + 1} holds NUL, as UTF-16 does; convert the file to UTF-8, for example with iconv`);
      if (held !== undefined) yield { number, text: held };
      held = text;
      number++;
    }
  } catch (error) {
    throw await located(path, error);
  }
  if (held !== undefined && held !== "") yield { number, text: held };
}

const tooLong = (path: string, line: number): DataError =>
  new DataError("data/line-too-long", `data: ${path}:${line} begins a line of more than ${MAX_LINE_CHARACTERS} characters; give a file with one example a line`);

/** The same error with the number of the line, where it says only which byte. */
async function located(path: string, error: unknown): Promise<unknown> {
  const { cause } = error as Error;
  if (cause instanceof NotUtf8Error) {
    const byte = `0x${cause.byte.toString(16).padStart(2, "0")}`;
    return new DataError("data/not-utf8", `data: ${path}:${await lineAt(path, cause.offset)} is not UTF-8 (byte ${byte}); convert the file, for example with iconv`, { cause });
  }
  if (!["ENOENT", "ENOTDIR"].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? "")) return error;
  return new DataError("data/missing-path", `data: ${path} does not exist; give the folder that holds the task's files`, { cause });
}

/** The number of the line that a byte is in. */
async function lineAt(path: string, offset: number): Promise<number> {
  let line = 1;
  if (offset === 0) return line;
  for await (const chunk of createReadStream(path, { end: offset - 1 }) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) line++;
  }
  return line;
}
