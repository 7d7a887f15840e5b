import { DataError } from "../data-error.js";
import { isJsonObject, kindOf } from "../json-object.js";

/** A row of a task's file, of whatever format: fields with names. Its `place`, such as `dev.tsv:7`, begins the message of what it throws. */
export class TaskRow {
  constructor(readonly place: string, readonly fields: Readonly<Record<string, unknown>>) {}

  has(name: string): boolean {
    return Object.hasOwn(this.fields, name);
  }

  /** The text in the first of these fields that there is; throws `data/missing-column`, `data/bad-row`, `data/not-utf8`. */
  text(...names: readonly string[]): string {
    const value = this.#first(names);
    if (typeof value === "string") return value;
    if (value instanceof Uint8Array) throw new DataError("data/not-utf8", `data: ${this.place} is not UTF-8 in its field ${JSON.stringify(names[0])}; convert the file`);
    throw this.#unfit("text", names, value);
  }

  /** The number in the first of these fields that there is, written as a number or as text; throws `data/missing-column`, `data/bad-row`. */
  number(...names: readonly string[]): number {
    const value = this.#first(names);
    const number = typeof value === "string" && value.trim() === "" ? Number.NaN : Number(value);
    if (["string", "number", "bigint"].includes(typeof value) && Number.isFinite(number)) return number;
    throw this.#unfit("a number", names, value);
  }

  /** Likewise a whole number from 0. */
  integer(...names: readonly string[]): number {
    const number = this.number(...names);
    if (Number.isSafeInteger(number) && number >= 0) return number;
    throw this.#unfit("a whole number", names, number);
  }

  /** The text, number or truth value in a field, as text. */
  name(name: string): string {
    const value = this.#first([name]);
    return ["bigint", "number", "boolean"].includes(typeof value) ? String(value) : this.text(name);
  }

  /**
   * The label in the first of these fields that there is, or undefined where there is none of them. Text is a label by its name, and so is a truth value;
   * a whole number is a label by its position, as the set's publisher has numbered them, and -1 is none.
   * Throws `data/unknown-label` for what is not one of `labels`.
   */
  label(labels: readonly string[], ...names: readonly string[]): string | undefined {
    if (!names.some((name) => this.has(name))) return undefined;
    const value = this.#first(names);
    const isNumber = typeof value === "number" || typeof value === "bigint";
    if (value === null || (isNumber && Number(value) === -1)) return undefined;
    const label = isNumber ? labels[Number(value)] : typeof value === "boolean" ? String(value) : value;
    if (typeof label === "string" && labels.includes(label)) return label;
    throw new DataError("data/unknown-label", `data: ${this.place} needs a label of ${labels.join(", ")}, got ${shown(value)}`);
  }

  /** The object in a field, whose fields have the place of this row. */
  row(name: string): TaskRow {
    const value = this.#first([name]);
    if (!isJsonObject(value)) throw this.#unfit("an object", [name], value);
    return new TaskRow(this.place, value);
  }

  /** What is listed in a field. */
  list(name: string): readonly unknown[] {
    const value = this.#first([name]);
    if (Array.isArray(value)) return value;
    throw this.#unfit("a list", [name], value);
  }

  /** The objects listed in a field. */
  rows(name: string): TaskRow[] {
    const list = this.list(name);
    if (list.every(isJsonObject)) return list.map((fields) => new TaskRow(this.place, fields));
    throw this.#unfit("a list of objects", [name], list);
  }

  /** The texts listed in a field. */
  texts(name: string): readonly string[] {
    const list = this.list(name);
    if (list.every((each) => typeof each === "string")) return list;
    throw this.#unfit("a list of texts", [name], list);
  }

  #first(names: readonly string[]): unknown {
    const name = names.find((each) => this.has(each));
    if (name !== undefined) return this.fields[name];
    const fields = Object.keys(this.fields).slice(0, 12).join(", ") || "none";
    throw new DataError("data/missing-column", `data: ${this.place} needs a field ${names.map((each) => JSON.stringify(each)).join(" or ")}, and has ${fields}`);
  }

  #unfit(needed: string, names: readonly string[], value: unknown): DataError {
    const name = names.find((each) => this.has(each));
    return new DataError("data/bad-row", `data: ${this.place} needs ${needed} in its field ${JSON.stringify(name)}, got ${shown(value)}`);
  }
}

/** A value as a message shows it, cut to a line. */
function shown(value: unknown): string {
  if (typeof value === "object" && value !== null) return kindOf(value);
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
