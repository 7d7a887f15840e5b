import { DataError } from "./data-error.js";
import { openParquet } from "./parquet-rows.js";

/**
 * The texts in one column of an Apache Parquet file, in the order of its rows; null holds no text. The column is held one row group at a time.
 * Throws `data/missing-column` where there is no such column of text, `data/not-utf8` with the number of the row, and what `openParquet` throws.
 */
export async function* parquetTexts(path: string, column: string): AsyncGenerator<string> {
  const file = await openParquet(path);
  if (!file.columns.includes(column)) {
    const columns = file.columns.join(", ") || "none";
    throw new DataError("data/missing-column", `data: ${path} has no column ${JSON.stringify(column)} but ${columns}; say which holds the text`);
  }
  let number = 0;
  for await (const row of file.rows([column])) {
    const text = textOf(row[column], path, column, ++number);
    if (text !== null) yield text;
  }
}

function textOf(value: unknown, path: string, column: string, row: number): string | null {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) throw new DataError("data/not-utf8", `data: ${path} is not UTF-8 in row ${row} of its column ${JSON.stringify(column)}; convert it`);
  const message = `data: ${path} must have text in its column ${JSON.stringify(column)}, got a value of type ${Array.isArray(value) ? "array" : typeof value} in row ${row}; say which column holds the text`;
  throw new DataError("data/missing-column", message);
}
