import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { DataError } from "../data-error.js";

/** A row of a TSV file: its line number, from 1, and its fields in the order of the columns. */
export interface TsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/** A TSV file in memory; every row has as many fields as there are columns. */
export interface TsvFile {
  readonly path: string;
  readonly columns: readonly string[];
  readonly rows: readonly TsvRow[];
}

/**
 * Reads a file of tab-separated fields, one row a line, without quoting: a quotation mark is a character like any other.
 * The first line names the columns, unless `columns` does. Lines end in LF or CRLF.
 * Throws `data/missing-path`, `data/read-failed`, `data/not-utf8`, `data/empty-file` (no row) and `data/bad-row` (a row with more or fewer fields
 * than columns).
 */
export async function readTsv(path: string, columns?: readonly string[]): Promise<TsvFile> {
  const lines = splitLines(await readUtf8(path));
  const names = columns ?? lines[0]?.split("\t") ?? [];
  const first = columns === undefined ? 1 : 0;
  if (lines.length <= first) throw new DataError("data/empty-file", `data: ${path} has no row of data; give a TSV file with at least one`);
  const rows = lines.slice(first).map((text, index) => ({ line: first + index + 1, fields: text.split("\t") }));
  const bad = rows.find((row) => row.fields.length !== names.length);
  if (bad !== undefined) {
    const needed = `${names.length} fields between tabs (${names.join(", ")})`;
    throw new DataError("data/bad-row", `data: ${path}:${bad.line} needs ${needed}, got ${bad.fields.length}`);
  }
  return { path, columns: names, rows };
}

/** The position of a column; throws `data/missing-column` where the file has none of that name. */
export function columnOf(file: TsvFile, name: string): number {
  const index = file.columns.indexOf(name);
  if (index < 0) throw new DataError("data/missing-column", `data: ${file.path}:1 needs a column "${name}", got ${file.columns.join(", ")}`);
  return index;
}

async function readUtf8(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") {
      throw new DataError("data/missing-path", `data: ${path} does not exist; give the folder that holds the task's train.tsv, dev.tsv and test.tsv`, { cause });
    }
    throw new DataError("data/read-failed", `data: ${path} cannot be read: ${cause.message}`, { cause });
  });
  if (!isUtf8(bytes)) throw new DataError("data/not-utf8", `data: ${path}:${badLine(bytes)} is not UTF-8; convert the file, for example with iconv`);
  return new TextDecoder().decode(bytes);
}

/** The number of the first line that is not UTF-8. */
function badLine(bytes: Buffer): number {
  for (let start = 0, line = 1; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}

function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
