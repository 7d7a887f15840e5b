import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fitPairwise, fitPredictor, type MeasuredShape, type Predictor } from "@bort/predictors";
import { BenchError } from "../bench-error.js";
import { runChild } from "../run-child.js";
import { type ShapeTable } from "./shape-table.js";
import { type TableSplit } from "./table-splits.js";

/** A way to predict a table from parts of it. */
export interface Subject {
  readonly name: string;
  /** What it says of every row, by split: fitted to the training rows of that split alone. */
  predictions(table: ShapeTable, splits: readonly TableSplit[]): Promise<readonly (readonly number[])[]>;
}

/** Our predictors; those of latency have the merged parameters as a feature, as the paper's have, but for the pairwise one, which can express them. */
export function ownSubjects({ quantity, rows }: ShapeTable): Subject[] {
  const parameters = new Map(rows.map((row) => [row.shape.join(), row.parameters]));
  const beside = quantity === "latency" ? { features: (shape: readonly number[]) => [parameters.get(shape.join())!] } : {};
  return [
    own("pairwise", (given) => fitPairwise(given, { target: quantity === "latency" ? "value" : "logarithm" })),
    own("linear", (given) => fitPredictor(given, { kind: "linear", ...beside })),
    own("trees (1,000 of depth 5)", (given) => fitPredictor(given, { kind: "trees", ...beside })),
    own("trees (100 of depth 5)", (given) => fitPredictor(given, { kind: "trees", trees: 100, ...beside })),
    own("trees (500 of depth 2)", (given) => fitPredictor(given, { kind: "trees", trees: 500, maxDepth: 2, ...beside })),
  ];
}

function own(name: string, fit: (rows: readonly MeasuredShape[]) => Predictor): Subject {
  return {
    name,
    predictions: async ({ rows }, splits) => splits.map(({ training }) => {
      const predictor = fit(training.map((i) => rows[i]!));
      return rows.map(({ shape }) => predictor.predict(shape));
    }),
  };
}

/** LightGBM with default settings in a Python that has it: `script REQUEST.json`, a line of JSON with predictions by split and the version. */
export function lightgbmSubject(python: string, script: string): Subject {
  return {
    name: "LightGBM",
    predictions: async ({ quantity, rows }, splits) => {
      const folder = mkdtempSync(join(tmpdir(), "bort-bench-predictors-"));
      try {
        const request = join(folder, "request.json");
        const features = rows.map(({ shape, parameters }) => (quantity === "latency" ? [...shape, parameters] : shape));
        writeFileSync(request, JSON.stringify({ features, targets: rows.map(({ value }) => value), trainings: splits.map(({ training }) => training) }));
        return predictionsOf(await runChild(python, [script, request]), splits.length, rows.length);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

function predictionsOf(answer: unknown, splits: number, rows: number): number[][] {
  const { predictions } = (answer ?? {}) as { readonly predictions?: unknown };
  const isRow = (row: unknown): boolean => Array.isArray(row) && row.length === rows && row.every(Number.isFinite);
  if (Array.isArray(predictions) && predictions.length === splits && predictions.every(isRow)) return predictions as number[][];
  throw new BenchError("bench/child-failed", `bench: the script of LightGBM must print predictions of ${rows} rows for each of ${splits} fits, got ${JSON.stringify(answer).slice(0, 80)}`);
}
