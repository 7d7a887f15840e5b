import { DataError } from "../data-error.js";
import { columnNames, namedFields } from "./named-fields.js";
import { type TaskRow } from "./task-row.js";
import { MAX_LINE_CHARACTERS, textLines } from "./text-lines.js";

/**
 * The rows of a CSV file (RFC 4180): a field between quotes may hold commas, line breaks, and quotes written twice. The first record names the columns.
 * A row's place is the line that it begins on.
 * Throws `data/bad-row` for a row with more or fewer fields than columns and for quotes that are out of place, and what `textLines` throws.
 */
export async function* csvRows(path: string): AsyncGenerator<TaskRow> {
  let columns: readonly string[] | undefined;
  for await (const { number, text } of records(path)) {
    const place = `${path}:${number}`;
    const fields = fieldsOf(text);
    if (fields === undefined) {
      const advice = "put quotes around a field that has one in it, and write that one twice";
      throw new DataError("data/bad-row", `data: ${place} has a quote that is out of place or is not closed; ${advice}`);
    }
    if (columns === undefined) columns = columnNames(fields, place);
    else yield namedFields(columns, fields, place);
  }
}

/** The records of a file with the lines that they begin on: a record goes on over a line's end while a quote is open. */
async function* records(path: string): AsyncGenerator<{ readonly number: number; readonly text: string }> {
  let lines: string[] = [];
  let begin = 0;
  let quotes = 0;
  let characters = 0;
  for await (const { number, text } of textLines(path)) {
    if (lines.length === 0) [begin, quotes, characters] = [number, 0, 0];
    lines.push(text);
    quotes += count(text, '"');
    characters += text.length + 1;
    if (characters > MAX_LINE_CHARACTERS) {
      throw new DataError("data/line-too-long", `data: ${path}:${begin} begins a record of more than ${MAX_LINE_CHARACTERS} characters; close its quote, or split it`);
    }
    if (quotes % 2 !== 0) continue;
    yield { number: begin, text: lines.join("\n").replace(/\r$/, "") };
    lines = [];
  }
  if (lines.length > 0) yield { number: begin, text: lines.join("\n") };
}

function count(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found++;
  return found;
}

/** The fields of a record; undefined where quotes are not as they must be. */
function fieldsOf(record: string): string[] | undefined {
  const fields: string[] = [];
  for (let start = 0; start <= record.length;) {
    const end = endOfField(record, start);
    if (end === undefined) return undefined;
    const field = record.slice(start, end);
    fields.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    start = end + 1;
  }
  return fields;
}

/** Where the comma after a field is, or the record's end. */
function endOfField(record: string, start: number): number | undefined {
  if (record[start] !== '"') {
    const comma = record.indexOf(",", start);
    const end = comma < 0 ? record.length : comma;
    return record.slice(start, end).includes('"') ? undefined : end;
  }
  let close = record.indexOf('"', start + 1);
  while (close >= 0 && record[close + 1] === '"') close = record.indexOf('"', close + 2);
  const end = close + 1;
  return close >= 0 && (end === record.length || record[end] === ",") ? end : undefined;
}
