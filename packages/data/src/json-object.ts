import { DataError } from "./data-error.js";

/** An object of JSON, whatever it holds. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields of an object that JSON text holds. Throws `data/bad-json` with `place`, which says where the text is; `needed` says what the object is for. */
export function jsonObject(text: string, place: string, needed: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError("data/bad-json", `data: ${place} is not JSON (${oneLine((cause as Error).message)}); correct or remove it`, { cause });
  }
  if (isJsonObject(value)) return value;
  throw new DataError("data/bad-json", `data: ${place} must be a JSON object with ${needed}, got ${kindOf(value)}`);
}

/** What a JSON value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}

/** A parser's message quotes the text around the fault, with its line breaks. */
const oneLine = (text: string): string => text.replace(/\s+/g, " ");
