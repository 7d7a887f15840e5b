import { type CalibrationBin } from "@bort/predictors";
import { type Section } from "./report/report.js";

/** What a predictor said of rows that it had not seen, and what was measured. */
export interface HeldOutPoint {
  readonly predicted: number;
  readonly measured: number;
}

export interface CalibrationSectionOptions {
  readonly heading: string;
  /** What is predicted, with its unit where it has one. */
  readonly quantity: string;
  readonly points: readonly HeldOutPoint[];
  /** The same, by `calibrationBins`. */
  readonly calibration: readonly CalibrationBin[];
}

/** What is drawn: more points hide each other. */
const DRAWN_POINTS = 250;

/** How far a predictor can be taken at its word: measured against predicted, shape by shape and in bins. */
export function calibrationSection({ heading, quantity, points, calibration }: CalibrationSectionOptions): Section {
  const axis = (what: string): { readonly label: string } => ({ label: `${what} ${quantity}` });
  return {
    heading,
    chart: {
      kind: "scatter", title: `Measured against predicted, ${Math.min(DRAWN_POINTS, points.length)} of ${points.length} held-out shapes`, x: axis("predicted"), y: axis("measured"),
      points: [
        ...points.slice(0, DRAWN_POINTS).map(({ predicted, measured }) => ({ x: predicted, y: measured, group: "shape" })),
        ...calibration.map((bin) => ({ x: bin.predicted, y: bin.measured, group: `mean of ${bin.count}`, size: 1 })),
      ],
    },
    table: {
      columns: [{ label: "shapes" }, axis("predicted"), axis("measured"), { label: "scatter about the bin's bias" }],
      rows: calibration.map(({ count, predicted, measured, spread }) => [count, predicted, measured, spread]),
    },
  };
}
