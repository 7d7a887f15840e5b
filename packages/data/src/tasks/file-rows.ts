import { extname } from "node:path";
import { DataError } from "../data-error.js";
import { jsonObject } from "../json-object.js";
import { openParquet } from "../parquet-rows.js";
import { csvRows } from "./csv-rows.js";
import { TaskRow } from "./task-row.js";
import { textLines } from "./text-lines.js";
import { tsvRows } from "./tsv-rows.js";

const readers: Readonly<Record<string, (path: string) => AsyncGenerator<TaskRow>>> = {
  ".csv": csvRows,
  ".tsv": (path) => tsvRows(path),
  ".jsonl": jsonRows,
  ".parquet": parquetRows,
};

/** The rows of a file with named columns, whose ending says the format; throws `data/bad-option` for another ending, and what the format's reader throws. */
export function fileRows(path: string): AsyncGenerator<TaskRow> {
  const reader = readers[extname(path).toLowerCase()];
  if (reader !== undefined) return reader(path);
  throw new DataError("data/bad-option", `data: ${path} must end in ${Object.keys(readers).join(", ")}, which says how to read it; rename the file`);
}

/** The objects of a file of JSON Lines; empty lines are left out. Throws `data/bad-json`, and what `textLines` throws. */
export async function* jsonRows(path: string): AsyncGenerator<TaskRow> {
  for await (const { number, text } of textLines(path)) {
    const place = `${path}:${number}`;
    if (text.trim() !== "") yield new TaskRow(place, jsonObject(text, place, "the fields of an example"));
  }
}

/** The rows of an Apache Parquet file; throws what `openParquet` throws. */
export async function* parquetRows(path: string): AsyncGenerator<TaskRow> {
  let number = 0;
  for await (const row of (await openParquet(path)).rows()) yield new TaskRow(`${path}, row ${++number}`, row);
}
