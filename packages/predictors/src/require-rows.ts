import { PredictorsError } from "./predictors-error.js";
import { type MeasuredShape } from "./predictor.js";
import { requireWidths } from "./width-ranges.js";

/** @throws PredictorsError `predictors/bad-rows` for fewer than two, for shapes of several lengths or none, or a value that is not finite; `predictors/bad-shape` */
export function requireRows(rows: readonly MeasuredShape[]): void {
  if (rows.length < 2) throw new PredictorsError("predictors/bad-rows", `predictors: a predictor needs at least 2 measured shapes, got ${rows.length}; measure more`);
  const layers = rows[0]!.shape.length;
  if (layers === 0) throw new PredictorsError("predictors/bad-rows", "predictors: shapes need at least one layer, got none");
  for (const [i, { shape, value }] of rows.entries()) {
    if (shape.length !== layers) {
      throw new PredictorsError("predictors/bad-rows", `predictors: all shapes must have as many layers, got ${layers} in the first row and ${shape.length} in row ${i + 1}`);
    }
    requireWidths(shape);
    if (!Number.isFinite(value)) throw new PredictorsError("predictors/bad-rows", `predictors: measured values must be finite, got ${value} in row ${i + 1}; leave the row out`);
  }
}

/** @throws PredictorsError `predictors/bad-rows` for rows of several lengths */
export function requireOneLength(table: readonly (readonly number[])[]): void {
  const wrong = table.findIndex((row) => row.length !== table[0]!.length);
  if (wrong === -1) return;
  throw new PredictorsError("predictors/bad-rows", `predictors: all rows need as many features, got ${table[0]!.length} in the first and ${table[wrong]!.length} in row ${wrong + 1}`);
}
