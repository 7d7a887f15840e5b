import { DataError } from "./data-error.js";

/** The fields of an object that JSON text holds. Throws `data/bad-json` with `place`, which says where the text is; `needed` says what the object is for. */
export function jsonObject(text: string, place: string, needed: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError("data/bad-json", `data: ${place} is not JSON (${oneLine((cause as Error).message)}); correct or remove it`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw new DataError("data/bad-json", `data: ${place} must be a JSON object with ${needed}, got ${kindOf(value)}`);
}

/** What a JSON value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}

/** A parser's message quotes the text around the fault, with its line breaks. */
const oneLine = (text: string): string => text.replace(/\s+/g, " ");
