import { createHash } from "node:crypto";
import { TrialsError } from "./trials-error.js";

/** Everything that the outcome of some work depends on, as plain JSON: data, options, hyperparameters, seed. */
export type Settings = Readonly<Record<string, unknown>>;

/**
 * A hash that two works share if and only if their settings are equal, in whatever order the keys stand.
 *
 * 64 hexadecimal digits (SHA-256). Throws `trials/bad-settings` for a value that JSON cannot hold.
 */
export function settingsFingerprint(settings: Settings): string {
  return createHash("sha256").update(canonicalJson(settings)).digest("hex");
}

/**
 * JSON with the keys of every object sorted and no spaces; fields that are `undefined` are left out.
 *
 * Throws `trials/bad-settings` for a value that JSON cannot hold, such as NaN, which it would silently turn into `null`.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (isPlainObject(value)) {
    const fields = Object.keys(value).sort().filter((key) => value[key] !== undefined);
    return `{${fields.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(",")}}`;
  }
  throw new TrialsError("trials/bad-settings", `trials: settings must be plain JSON, got ${describe(value)}; write it as a string or a finite number`);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  return typeof value === "number" ? String(value) : `a value of type ${typeof value}`;
}
