import { ShapeSpace, SuperShaperError } from "@bort/supershaper";
import { CliError, usageError } from "./cli-error.js";
import { weightsHash } from "./find-model.js";
import { type Option, required, text } from "./options.js";
import { supernetOfTable } from "./sample-table.js";
import { openSupernetSpace } from "./supernet-folder.js";
import { type Widths } from "./supernet-space.js";
import { refuseLine, type TableLine, tableLines } from "./table-lines.js";

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

/** The option that names a table. */
export const tableOption: Option<string> = required(text(
  "FILE.jsonl", "measured shapes, of bort supernet sample or as SuperShaper's perplexities are published; a line must have a shape and its perplexity, and may have a latency, in seconds"));

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
 * Reads a file of measured shapes, as `bort supernet sample` writes it and as SuperShaper's perplexities are published: `{"shape": [120, 240], "perplexity": 7.1}` a line,
 * with "latency" in seconds where it was measured.
 *
 * @throws CliError `cli/bad-json`, `cli/usage` for two spaces, for a shape that is not of the space, or shapes that cannot be of the paper's network, `cli/other-run` for a table of
 * another super-network; SuperShaperError for widths that make no space; what `openSupernetSpace` throws
 */
export async function readMeasuredShapes(path: string, given: SpaceOfTable): Promise<MeasuredShapes> {
  const { supernet, widths } = given;
  if (supernet !== undefined && widths !== undefined) throw usageError("--widths says nothing where --supernet has its own; leave one of them out");
  const lines = tableLines(path);
  const rows = lines.map((line) => rowOf(line) ?? refuseLine(path, line.number, line.text));
  if (rows.length < LEAST_ROWS) throw new CliError("cli/bad-json", `${path} must hold ${LEAST_ROWS} measured shapes or more, got ${rows.length}; measure more`);
  const space = supernet === undefined ? paperSpace(path, lines, widths) : openSupernetSpace(supernet);
  for (const line of lines) requireOf(space, line, path, given);
  if (supernet !== undefined) await requireTableOf(supernet, path);
  return { rows, space };
}

function rowOf({ shape, fields: { perplexity, latency } }: TableLine): TableRow | undefined {
  if (!isMeasured(perplexity) || (latency !== undefined && !isMeasured(latency))) return undefined;
  return { shape, perplexity, ...(latency !== undefined && { latencyMs: 1000 * latency }) };
}

const isMeasured = (value: unknown): value is number => typeof value === "number" && value > 0 && Number.isFinite(value);

/** A space of the paper's network, of widths that are given, or those of the table. */
function paperSpace(path: string, lines: readonly TableLine[], widths: Widths | undefined): ShapeSpace {
  const layers = lines[0]!.shape.length;
  const other = lines.find(({ shape }) => shape.length !== layers);
  if (other !== undefined) {
    throw new CliError("cli/bad-json", `${path} must hold shapes of one length, got ${layers} layers in line ${lines[0]!.number} and ${other.shape.length} in line ${other.number}; take one of them out`);
  }
  const { heads, largest: [hidden] } = new ShapeSpace();
  const wrong = lines.flatMap(({ shape }) => shape).find((width) => width % heads !== 0 || width > hidden!);
  if (wrong !== undefined) {
    throw usageError(`--supernet is missing: ${path} has a layer that is ${wrong} wide, and without --supernet shapes are of SuperShaper's network, of multiples of ${heads} up to ${hidden}; give the folder of the super-network that they are of`);
  }
  return new ShapeSpace({ layers, widths: widths ?? Array.from({ length: layers }, (_, layer) => [...new Set(lines.map(({ shape }) => shape[layer]!))]) });
}

/** @throws CliError `cli/usage` for a shape of another space */
function requireOf(space: ShapeSpace, { shape, number }: TableLine, path: string, { supernet }: SpaceOfTable): void {
  try {
    space.check(shape);
  } catch (error) {
    if (!(error instanceof SuperShaperError)) throw error;
    const problem = error.message.replace(/^supershaper: |;.*$/g, "");
    throw usageError(`${supernet === undefined ? "--widths" : `--supernet ${supernet}`} must have every shape of ${path}, and has not the one in line ${number}: ${problem}; give what the table is of`);
  }
}

/** A super-network that was trained further, or anew, has other perplexities. @throws CliError `cli/other-run` where the table says that it is of another super-network */
async function requireTableOf(supernet: string, path: string): Promise<void> {
  const measured = supernetOfTable(path);
  if (measured === undefined || measured === (await weightsHash(supernet))) return;
  throw new CliError("cli/other-run", `${path} was measured on another super-network than ${supernet}; give that one, or measure this one by bort supernet sample`);
}
