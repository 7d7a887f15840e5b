import { readFileSync } from "node:fs";
import { ShapeSpace } from "@bort/supershaper";
import { CliError, usageError } from "./cli-error.js";
import { openSupernetSpace } from "./supernet-folder.js";
import { type Widths } from "./supernet-space.js";

/** A measured shape. */
export interface TableRow {
  readonly shape: readonly number[];
  readonly perplexity: number;
  readonly latencyMs?: number;
}

/** Measured shapes, and the space that they are of. */
export interface MeasuredShapes {
  readonly rows: readonly TableRow[];
  readonly space: ShapeSpace;
}

/** What says which space a table is of; without both, each layer may have the widths that it has there. */
export interface SpaceOfTable {
  /** Folder of a super-network. */
  readonly supernet: string | undefined;
  /** Of the layers of SuperShaper's network. */
  readonly widths: Widths | undefined;
}

/** Fewer tell nothing of a predictor. */
const LEAST_ROWS = 10;

/**
 * Reads a file of measured shapes, as `bort supernet sample` writes it and as SuperShaper's measurements are published: `{"shape": [120, 240], "perplexity": 7.1}` a line,
 * with "latency" in seconds where it was measured.
 *
 * @throws CliError `cli/bad-json`, `cli/usage` for two spaces, or shapes that cannot be of the paper's network; SuperShaperError for a shape that is not of the space, or widths that make none; what
 * `openSupernetSpace` throws
 */
export function readMeasuredShapes(path: string, { supernet, widths }: SpaceOfTable): MeasuredShapes {
  if (supernet !== undefined && widths !== undefined) throw usageError("--widths says nothing where --supernet has its own; leave one of them out");
  const rows = linesOf(path).map((line, i) => rowOf(line) ?? refuse(path, `in line ${i + 1} ${line.slice(0, 80)}`));
  if (rows.length < LEAST_ROWS) refuse(path, `${rows.length} lines`);
  const space = supernet === undefined ? paperSpace(path, rows, widths) : openSupernetSpace(supernet);
  for (const { shape } of rows) space.check(shape);
  return { rows, space };
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split("\n").filter((line) => line.trim() !== "");
  } catch (cause) {
    throw new CliError("cli/bad-json", `cannot read ${path} (${(cause as NodeJS.ErrnoException).code}); check the path`, { cause });
  }
}

function refuse(path: string, got: string): never {
  throw new CliError("cli/bad-json",
    `${path} must have ${LEAST_ROWS} lines or more of {"shape": [widths], "perplexity": number}, with "latency" in seconds or without, got ${got}; give a table of measured shapes`);
}

function rowOf(line: string): TableRow | undefined {
  try {
    const { shape, perplexity, latency } = (JSON.parse(line) ?? {}) as Readonly<Record<string, unknown>>;
    if (!isShape(shape) || !isMeasured(perplexity) || (latency !== undefined && !isMeasured(latency))) return undefined;
    return { shape, perplexity, ...(latency !== undefined && { latencyMs: 1000 * latency }) };
  } catch {
    return undefined; // No JSON.
  }
}

const isShape = (shape: unknown): shape is readonly number[] => Array.isArray(shape) && shape.length > 0 && shape.every((width) => Number.isSafeInteger(width) && width > 0);
const isMeasured = (value: unknown): value is number => typeof value === "number" && value > 0 && Number.isFinite(value);

/** A space of the paper's network, of widths that are given, or those of the table. */
function paperSpace(path: string, rows: readonly TableRow[], widths: Widths | undefined): ShapeSpace {
  const layers = rows[0]!.shape.length;
  const other = rows.findIndex(({ shape }) => shape.length !== layers);
  if (other !== -1) refuse(path, `${layers} layers in its first line and ${rows[other]!.shape.length} in line ${other + 1}`);
  const { heads, largest: [hidden] } = new ShapeSpace();
  const wrong = rows.flatMap(({ shape }) => shape).find((width) => width % heads !== 0 || width > hidden!);
  if (wrong !== undefined) {
    throw usageError(`--supernet is missing: ${path} has a layer that is ${wrong} wide, and without --supernet shapes are of SuperShaper's network, of multiples of ${heads} up to ${hidden}; give the folder of the super-network that they are of`);
  }
  return new ShapeSpace({ layers, widths: widths ?? Array.from({ length: layers }, (_, layer) => [...new Set(rows.map(({ shape }) => shape[layer]!))]) });
}
