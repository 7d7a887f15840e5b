import { isUtf8 } from "node:buffer";
import { DataError } from "./data-error.js";
import { readFailed } from "./read-failed.js";

/**
 * The texts in one column of an Apache Parquet file, in the order of its rows; null holds no text. The column is held one row group at a time.
 * Needs the packages `hyparquet` and `hyparquet-compressors`, which are loaded when the first such file is read.
 * Throws `data/missing-package`, `data/missing-column` where there is no such column of text, `data/bad-file` for a file that is no sound Parquet,
 * `data/not-utf8` with the number of the row, or `data/read-failed`.
 */
export async function* parquetTexts(path: string, column: string): AsyncGenerator<string> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, compressors } = await parquetReader(path);
  const file = await asyncBufferFromFile(path).catch((cause: unknown) => { throw badFile(path, cause); });
  const metadata = await parquetMetadataAsync(file).catch((cause: unknown) => { throw badFile(path, cause); });
  requireColumn(path, column, metadata.schema);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows: readonly Readonly<Record<string, unknown>>[] = await parquetReadObjects({ file, metadata, columns: [column], rowStart, rowEnd, compressors, parsers })
      .catch((cause: unknown) => { throw badFile(path, cause); });
    for (const [i, row] of rows.entries()) {
      const text = textOf(row[column], path, column, rowStart + i + 1);
      if (text !== null) yield text;
    }
    rowStart = rowEnd;
  }
}

const parquetReader = async (path: string) => {
  try {
    return { ...await import("hyparquet"), ...await import("hyparquet-compressors") };
  } catch (cause) {
    throw new DataError("data/missing-package", `data: reading ${path} needs the packages hyparquet and hyparquet-compressors; install them beside @bort/data`, { cause });
  }
};

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** Bytes that are not UTF-8 are left as they are, and refused where their row is known. */
const parsers = { stringFromBytes: (bytes: Uint8Array | undefined) => (bytes && isUtf8(bytes) ? decoder.decode(bytes) : bytes) };

function textOf(value: unknown, path: string, column: string, row: number): string | null {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) throw new DataError("data/not-utf8", `data: ${path} is not UTF-8 in row ${row} of its column ${JSON.stringify(column)}; convert it`);
  const kind = Array.isArray(value) ? "array" : typeof value;
  const message = `data: ${path} must have text in its column ${JSON.stringify(column)}, got a value of type ${kind} in row ${row}; say which column holds the text`;
  throw new DataError("data/missing-column", message);
}

/** What the footer says of a column or of a group of columns; the first of the list is the file itself. */
interface SchemaElement {
  readonly name: string;
  readonly num_children?: number;
}

function requireColumn(path: string, column: string, schema: readonly SchemaElement[]): void {
  const names: string[] = [];
  for (let index = 1; index < schema.length; index = afterElement(schema, index)) names.push(schema[index]!.name);
  if (names.includes(column)) return;
  throw new DataError("data/missing-column", `data: ${path} has no column ${JSON.stringify(column)} but ${names.join(", ") || "none"}; say which holds the text`);
}

/** The index after an element and all that lies below it: the list is a walk through the tree, parents first. */
function afterElement(schema: readonly SchemaElement[], index: number): number {
  let next = index + 1;
  for (let child = 0; child < (schema[index]?.num_children ?? 0); child++) next = afterElement(schema, next);
  return next;
}

function badFile(path: string, cause: unknown): DataError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (typeof code === "string") return readFailed(path, cause);
  return new DataError("data/bad-file", `data: ${path} is not a sound Parquet file (${message.split("\n")[0]}); get the whole file`, { cause });
}
