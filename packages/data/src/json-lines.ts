import { DataError } from "./data-error.js";
import { jsonObject, kindOf } from "./json-object.js";
import { linesOf } from "./lines-of.js";

/**
 * The texts of a stream of JSON Lines: `field` of the object on each line. Empty lines and objects whose field is null hold no text.
 * No more than a line and a chunk are held. Throws `data/bad-json` with the number of the line, or `data/missing-column` where the field is not text.
 */
export async function* jsonLines(chunks: AsyncIterable<string> | Iterable<string>, path: string, field: string): AsyncGenerator<string> {
  let number = 0;
  for await (const line of linesOf(chunks)) {
    number++;
    if (line.trim() === "") continue;
    const text = textOf(line, `${path}, line ${number}`, field);
    if (text !== null) yield text;
  }
}

function textOf(line: string, place: string, field: string): string | null {
  const value = jsonObject(line, place, `the text in its field ${JSON.stringify(field)}`);
  const text = Object.hasOwn(value, field) ? value[field] : undefined;
  if (typeof text === "string" || text === null) return text;
  const fields = Object.keys(value).slice(0, 10).join(", ") || "none";
  throw new DataError("data/missing-column", text === undefined
    ? `data: ${place} has no field ${JSON.stringify(field)} but ${fields}; say which holds the text`
    : `data: ${place} must have text in its field ${JSON.stringify(field)}, got ${kindOf(text)}; say which field holds the text`);
}
