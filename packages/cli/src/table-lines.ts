import { readFileSync } from "node:fs";
import { CliError } from "./cli-error.js";

/** A line of a table of measured shapes: a JSON object with the shape. */
export interface TableLine {
  /** In the file, from 1. */
  readonly number: number;
  readonly text: string;
  readonly shape: readonly number[];
  /** The whole object. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * The lines of a table of measured shapes. Blank lines are skipped, and a last line that was cut short, as by a crash, is left out.
 *
 * @throws CliError `cli/bad-json` for a file that cannot be read, or another line than a JSON object with a shape
 */
export function tableLines(path: string): readonly TableLine[] {
  const texts = readLines(path);
  return texts.flatMap((text, i) => {
    if (text.trim() === "") return [];
    const fields = objectOf(text);
    if (fields === undefined && i === texts.length - 1) return []; // It does not end.
    const shape = fields?.["shape"];
    return [fields !== undefined && isShape(shape) ? { number: i + 1, text, shape, fields } : refuseLine(path, i + 1, text)];
  });
}

/** @throws CliError `cli/bad-json` */
export function refuseLine(path: string, number: number, text: string): never {
  throw new CliError("cli/bad-json",
    `${path} must hold lines of {"shape": [widths], "perplexity": number}, with "latency" in seconds or without, got in line ${number} ${text.slice(0, 80)}; correct the line or take it out`);
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch (cause) {
    throw new CliError("cli/bad-json", `cannot read ${path} (${(cause as NodeJS.ErrnoException).code}); check the path`, { cause });
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined; // No JSON.
  }
}

const isShape = (shape: unknown): shape is readonly number[] => Array.isArray(shape) && shape.length > 0 && shape.every((width) => Number.isSafeInteger(width) && width > 0);
