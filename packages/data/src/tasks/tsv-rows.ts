import { columnNames, namedFields } from "./named-fields.js";
import { type TaskRow } from "./task-row.js";
import { textLines } from "./text-lines.js";

export interface TsvOptions {
  /** The names of the columns, where the first line does not say them. */
  readonly columns?: readonly string[];
  /** Leaves out lines with fewer fields than columns. Default false: they are an error. */
  readonly skipShort?: boolean;
}

/**
 * The rows of a file of tab-separated fields, one a line, without quoting: a quotation mark is a character like any other. The first line names the columns,
 * unless `columns` does. Lines end in LF or CRLF.
 * Throws `data/bad-row` for a row with more or fewer fields than columns, and what `textLines` throws.
 */
export async function* tsvRows(path: string, options: TsvOptions = {}): AsyncGenerator<TaskRow> {
  let { columns } = options;
  for await (const { number, text } of textLines(path)) {
    const fields = text.replace(/\r$/, "").split("\t");
    const place = `${path}:${number}`;
    if (columns === undefined) columns = columnNames(fields, place);
    else if (options.skipShort !== true || fields.length >= columns.length) yield namedFields(columns, fields, place);
  }
}
