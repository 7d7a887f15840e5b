import { DataError } from "./data-error.js";

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
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new DataError("data/bad-json", `data: ${place} is not JSON (${oneLine((cause as Error).message)}); correct or remove it`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DataError("data/bad-json", `data: ${place} must be a JSON object with the text in its field ${JSON.stringify(field)}, got ${kindOf(value)}`);
  }
  const text = Object.hasOwn(value, field) ? (value as Readonly<Record<string, unknown>>)[field] : undefined;
  if (typeof text === "string" || text === null) return text;
  const fields = Object.keys(value).slice(0, 10).join(", ") || "none";
  throw new DataError("data/missing-column", text === undefined
    ? `data: ${place} has no field ${JSON.stringify(field)} but ${fields}; say which holds the text`
    : `data: ${place} must have text in its field ${JSON.stringify(field)}, got ${kindOf(text)}; say which field holds the text`);
}

async function* linesOf(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let begun: string[] = []; // The parts of a line whose end has not come.
  for await (const chunk of chunks) {
    const lines = chunk.split("\n");
    const rest = lines.pop()!;
    if (lines.length > 0) {
      lines[0] = begun.join("") + lines[0]!;
      begun = [];
      yield* lines;
    }
    begun.push(rest);
  }
  yield begun.join("");
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ");
