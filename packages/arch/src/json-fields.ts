import { ArchError, shown } from "./arch-error.js";
import { requireSize } from "./require-size.js";

/** A parsed JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Returns `value` if it is an object, neither list nor null; throws `arch/bad-config`. */
export function requireObject(value: unknown, what: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw badField(`${what} must be an object`, value);
}

/** A count that must be there and be at least `least`; throws `arch/missing-field` and `arch/bad-size`. */
export function sizeField(json: JsonObject, key: string, least: number = 1): number {
  if (json[key] === undefined) throw missingField(key);
  return requireSize(json[key], `"${key}"`, least);
}

/** A count, or `fallback` where it is absent; throws `arch/bad-size`. */
export function sizeFieldOr<T>(json: JsonObject, key: string, fallback: T, least: number = 1): number | T {
  return json[key] === undefined ? fallback : sizeField(json, key, least);
}

/** A number, or `fallback` where it is absent; throws `arch/missing-field` without a fallback, and `arch/bad-config`. */
export function numberField(json: JsonObject, key: string, fallback?: number): number {
  const value = json[key] ?? (json[key] === undefined ? fallback : null);
  if (typeof value === "number") return value;
  throw value === undefined ? missingField(key) : badField(`"${key}" must be a number`, value);
}

/** True or false, or `fallback` where it is absent; throws `arch/missing-field` without a fallback, and `arch/bad-config`. */
export function booleanField(json: JsonObject, key: string, fallback?: boolean): boolean {
  const value = json[key] ?? (json[key] === undefined ? fallback : null);
  if (typeof value === "boolean") return value;
  throw value === undefined ? missingField(key) : badField(`"${key}" must be true or false`, value);
}

/** One of `known` texts; throws `arch/missing-field` and `arch/bad-config`. */
export function textField<T extends string>(json: JsonObject, key: string, known: readonly T[]): T {
  const value = json[key];
  if (value === undefined) throw missingField(key);
  const found = known.find((text) => text === value);
  if (found === undefined) throw badField(`"${key}" must be one of ${known.join(", ")}`, value);
  return found;
}

/** A list; throws `arch/missing-field` and `arch/bad-config`. */
export function listField(json: JsonObject, key: string): readonly unknown[] {
  const value = json[key];
  if (value === undefined) throw missingField(key);
  if (!Array.isArray(value)) throw badField(`"${key}" must be a list`, value);
  return value;
}

/** Whether two parsed JSON values are the same, whatever the order of their keys; looks no deeper than the shallower of the two. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length
    && keys.every((key) => Object.hasOwn(b, key) && sameJson((a as JsonObject)[key], (b as JsonObject)[key]));
}

export function missingField(key: string): ArchError {
  return new ArchError("arch/missing-field", `arch: the JSON needs "${key}", which is missing; take the complete file of the model`);
}

export function badField(needed: string, got: unknown): ArchError {
  return new ArchError("arch/bad-config", `arch: in the JSON ${needed}, got ${shown(got)}; correct it`);
}
