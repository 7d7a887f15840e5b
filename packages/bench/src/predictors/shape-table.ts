import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parameterCount, superShaperArch } from "@bort/arch";
import { BenchError } from "../bench-error.js";

/** What may be measured of a shape. */
export type MeasuredQuantity = "latency" | "perplexity";

/** A shape, what was measured of it, and its parameters: embeddings and encoder, bottlenecks merged. */
export interface TableRow {
  readonly shape: readonly number[];
  readonly value: number;
  readonly parameters: number;
}

export interface ShapeTable {
  /** The file's name without ".jsonl". */
  readonly name: string;
  readonly quantity: MeasuredQuantity;
  readonly rows: readonly TableRow[];
}

/** Fewer rows have no held-out part to speak of. */
const LEAST_ROWS = 25;

/** A table as SuperShaper's measurements are published: `{"shape": [...], "perplexity": 7.1}` a line, or "latency" in seconds; @throws BenchError `bench/bad-table` */
export async function readShapeTable(path: string): Promise<ShapeTable> {
  const lines = (await readFile(path, "utf8").catch((cause: unknown) => refuse(path, String(cause)))).split("\n").filter((line) => line.trim() !== "");
  if (lines.length < LEAST_ROWS) refuse(path, `${lines.length} rows`);
  const quantity: MeasuredQuantity = lines[0]!.includes('"perplexity"') ? "perplexity" : "latency";
  return { name: basename(path, ".jsonl"), quantity, rows: lines.map((line, i) => rowOf(line, quantity) ?? refuse(path, `line ${i + 1}: ${line.slice(0, 80)}`)) };
}

function refuse(path: string, got: string): never {
  throw new BenchError("bench/bad-table",
    `bench: ${path} must have ${LEAST_ROWS} lines or more of {"shape": [widths], "perplexity" or "latency": number}, the same in all, got ${got}; give a table of measured shapes`);
}

function rowOf(line: string, quantity: MeasuredQuantity): TableRow | undefined {
  try {
    const { shape, [quantity]: value } = JSON.parse(line) as { readonly shape?: unknown } & Readonly<Record<string, unknown>>;
    if (!Array.isArray(shape) || typeof value !== "number" || !(value > 0)) return undefined;
    return { shape: shape as number[], value, parameters: parameterCount(superShaperArch(shape as number[])).total };
  } catch {
    return undefined; // No JSON, or widths that there is no network of.
  }
}
