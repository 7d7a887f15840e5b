import { type Cell, type Column, consoleTable, type Table } from "@bort/bench";
import { type Quantity } from "./shape-measures.js";

/** A shape with quantities of it. */
export interface ShapeValues {
  readonly shape: readonly number[];
  readonly values: Readonly<Partial<Record<Quantity, number>>>;
}

const columns: Readonly<Record<Quantity, Column>> = {
  perplexity: { label: "perplexity", format: (value) => value.toFixed(3) }, parameters: { label: "parameters" }, flops: { label: "FLOPs" },
  "latency-ms": { label: "ms", format: (value) => value.toFixed(3) },
};

/** Shapes, one a line; `names` stand before them, where they have some. */
export function shapesTable(shapes: readonly ShapeValues[], names?: readonly string[]): Table {
  const shown = Object.keys(columns).filter((quantity) => shapes.some(({ values }) => quantity in values)) as Quantity[];
  return {
    columns: [...(names === undefined ? [] : [{ label: "name" }]), { label: "shape" }, ...shown.map((quantity) => columns[quantity])],
    rows: shapes.map(({ shape, values }, i): Cell[] => [...(names === undefined ? [] : [names[i]!]), shape.join(","), ...shown.map((quantity) => values[quantity] ?? null)]),
  };
}

/** A terminal has room for so many shapes of a front. */
const SHOWN = 20;

/** The table for a terminal: all shapes, or some of a long front, both ends among them. */
export function shapesText(shapes: readonly ShapeValues[]): string {
  if (shapes.length <= SHOWN) return consoleTable(shapesTable(shapes));
  const some = Array.from({ length: SHOWN }, (_, i) => shapes[Math.round((i * (shapes.length - 1)) / (SHOWN - 1))]!);
  return `${consoleTable(shapesTable(some))}\n${SHOWN} of ${shapes.length} shapes of the front; --json has all`;
}
