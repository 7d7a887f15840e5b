import { BenchError } from "./bench-error.js";
import { formatNumber } from "./format-number.js";

export type Alignment = "left" | "right" | "center";

export interface Column {
  readonly label: string;
  /** Default: right where the column has numbers and no text, else left. */
  readonly align?: Alignment;
  /** How a finite number reads. Default {@link formatNumber}. */
  readonly format?: (value: number) => string;
}

/** One value of a table; null where there is none. */
export type Cell = string | number | null;

/** A table for `renderReport` or `consoleTable`. */
export interface Table {
  readonly columns: readonly Column[];
  /** One cell per column each. */
  readonly rows: readonly (readonly Cell[])[];
  /** Index of the row that stands out. Default: none does. */
  readonly highlightRow?: number;
}

/** A table as both outputs show it: text cells and the alignment of each column. */
export interface FormattedTable {
  readonly labels: readonly string[];
  readonly alignments: readonly Alignment[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Formats every cell: text as it is, null as a dash, numbers as their column says, what is not finite as NaN or ∞.
 *
 * @throws BenchError `bench/bad-table` where a row has another number of cells than there are columns, or `highlightRow` is no row
 */
export function formatTable({ columns, rows, highlightRow }: Table): FormattedTable {
  if (columns.length === 0) throw new BenchError("bench/bad-table", "bench: a table needs at least one column, got none");
  const wrong = rows.findIndex((row) => row.length !== columns.length);
  if (wrong !== -1) {
    throw new BenchError("bench/bad-table", `bench: row ${wrong} must have ${columns.length} cells, one per column, got ${rows[wrong]!.length}`);
  }
  if (highlightRow !== undefined && !(highlightRow in rows)) {
    throw new BenchError("bench/bad-table", `bench: highlightRow must be the index of one of ${rows.length} rows, got ${highlightRow}`);
  }
  return {
    labels: columns.map(({ label }) => label),
    alignments: columns.map(({ align }, index) => align ?? alignmentOf(rows.map((row) => row[index]!))),
    rows: rows.map((row) => row.map((cell, index) => formatCell(cell, columns[index]!))),
  };
}

function formatCell(cell: Cell, { format = formatNumber }: Column): string {
  if (cell === null) return "–";
  if (typeof cell === "string") return cell;
  return Number.isFinite(cell) ? format(cell) : formatNumber(cell);
}

function alignmentOf(cells: readonly Cell[]): Alignment {
  return cells.some((cell) => typeof cell === "number") && cells.every((cell) => typeof cell !== "string") ? "right" : "left";
}
