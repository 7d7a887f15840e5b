import { isUtf8 } from "node:buffer";
import { DataError } from "./data-error.js";
import { readFailed } from "./read-failed.js";

/** A Parquet file whose footer has been read. */
export interface ParquetFile {
  /** The names of its columns, in their order. */
  readonly columns: readonly string[];
  /** The rows, the named columns of them or all; they are held one row group at a time. Bytes that should be text and are not UTF-8 stay bytes. */
  rows(columns?: readonly string[]): AsyncGenerator<Readonly<Record<string, unknown>>>;
}

/**
 * Opens an Apache Parquet file. Needs the packages `hyparquet` and `hyparquet-compressors`, which are loaded when the first such file is read.
 * Throws `data/missing-package`, `data/bad-file` for a file that is no sound Parquet, here or while rows are read, or `data/read-failed`.
 */
export async function openParquet(path: string): Promise<ParquetFile> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, compressors } = await parquetReader(path);
  const refuse = (cause: unknown): never => { throw badFile(path, cause); };
  const file = await asyncBufferFromFile(path).catch(refuse);
  const metadata = await parquetMetadataAsync(file).catch(refuse);
  const names = columnNames(metadata.schema);
  return {
    columns: names,
    async *rows(columns = names) {
      let rowStart = 0;
      for (const group of metadata.row_groups) {
        const rowEnd = rowStart + Number(group.num_rows);
        yield* await parquetReadObjects({ file, metadata, columns: [...columns], rowStart, rowEnd, compressors, parsers }).catch(refuse);
        rowStart = rowEnd;
      }
    },
  };
}

const parquetReader = async (path: string) => {
  try {
    return { ...await import("hyparquet"), ...await import("hyparquet-compressors") };
  } catch (cause) {
    throw new DataError("data/missing-package", `data: reading ${path} needs the packages hyparquet and hyparquet-compressors; install them beside @bort/data`, { cause });
  }
};

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const parsers = { stringFromBytes: (bytes: Uint8Array | undefined) => (bytes && isUtf8(bytes) ? decoder.decode(bytes) : bytes) };

/** What the footer says of a column or of a group of columns; the first of the list is the file itself. */
interface SchemaElement {
  readonly name: string;
  readonly num_children?: number;
}

function columnNames(schema: readonly SchemaElement[]): string[] {
  const names: string[] = [];
  for (let index = 1; index < schema.length; index = afterElement(schema, index)) names.push(schema[index]!.name);
  return names;
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
