import { DataError } from "./data-error.js";

/** An object of a JSON document. */
export type JsonObject = { readonly [key: string]: unknown };

/** The object at `where`; @throws DataError `data/bad-tokenizer` for anything else. */
export function objectAt(value: unknown, where: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw badTokenizer(`${where} must be an object, got ${shown(value)}`);
  return value as JsonObject;
}

/** The array at `where`; @throws DataError `data/bad-tokenizer` for anything else. */
export function arrayAt(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw badTokenizer(`${where} must be an array, got ${shown(value)}`);
  return value;
}

/** The text at `where`, which is not empty; @throws DataError `data/bad-tokenizer` for anything else. */
export function textAt(value: unknown, where: string): string {
  if (typeof value !== "string" || value === "") throw badTokenizer(`${where} must be text, got ${shown(value)}`);
  return value;
}

/** The integer from 0 at `where`; @throws DataError `data/bad-tokenizer` for anything else. */
export function integerAt(value: unknown, where: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) throw badTokenizer(`${where} must be an integer from 0, got ${shown(value)}`);
  return value;
}

/** The boolean at `where`, `missing` where there is none; @throws DataError `data/bad-tokenizer` for anything else. */
export function flagAt(value: unknown, where: string, missing: boolean): boolean {
  if (value === undefined || value === null) return missing;
  if (typeof value !== "boolean") throw badTokenizer(`${where} must be true or false, got ${shown(value)}`);
  return value;
}

/** The entry of `kinds` that `fields.type` names; @throws DataError `data/bad-tokenizer` that lists the names known. */
export function kindAt<T>(kinds: Readonly<Record<string, T>>, fields: JsonObject, where: string): T {
  const { type } = fields;
  if (typeof type === "string" && Object.hasOwn(kinds, type)) return kinds[type]!;
  const known = Object.keys(kinds).map((name) => `"${name}"`).join(", ");
  throw badTokenizer(`${where}.type must be one of ${known}, got ${shown(type)}`);
}

/** A value as an error message shows it. */
export function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 80);
}

/** The error for a tokenizer that cannot be read, or that would give other ids here. */
export function badTokenizer(problem: string, options?: ErrorOptions): DataError {
  return new DataError("data/bad-tokenizer", `data: cannot read this tokenizer: ${problem}`, options);
}
