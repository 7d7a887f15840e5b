import { type ArchTuple } from "@bort/arch";
import { type EngineFacts } from "@bort/backend";
import { type Table } from "@bort/bench";

/** One row of the closing table. */
export interface ModelResult {
  readonly name: "teacher" | "student" | "undistilled" | "majority";
  readonly parameters: number;
  /** Forward pass of the encoder on one sequence of 64 tokens. */
  readonly gflops: number;
  /** Median time of that pass, measured here on the engine of the demo. */
  readonly latencyMs: number;
  /** Masked-language-model loss on the test part, in nats; null for a model that has none. */
  readonly mlmLoss: number | null;
  /** Share of the test sentences whose module was found. */
  readonly accuracy: number;
  readonly testExamples: number;
}

/** The losses of student and undistilled twin, in nats on the validation part. */
export interface Comparison {
  readonly steps: number;
  readonly atEqualSteps: { readonly student: number; readonly undistilled: number };
  /** The undistilled twin trained again from the start, for as many steps as fit in the student's time. */
  readonly atEqualTime: { readonly seconds: number; readonly undistilledSteps: number; readonly student: number; readonly undistilled: number };
}

/** What `--json` prints, the engine that computed it included. */
export interface DemoResult extends EngineFacts {
  readonly chosen: ArchTuple;
  readonly seconds: number;
  readonly models: readonly ModelResult[];
  readonly distillation: Comparison;
  readonly export: { readonly maxAbsDifference: number; readonly samePredictions: number };
  readonly out: string;
}

/** The closing table. */
export const modelsTable = (models: readonly ModelResult[]): Table => ({
  columns: [
    { label: "model" },
    { label: "parameters" },
    { label: "GFLOPs", format: (value) => value.toFixed(3) },
    { label: "latency, ms", format: (value) => value.toFixed(2) },
    { label: "MLM loss", format: (value) => value.toFixed(3) },
    { label: "accuracy", format: (value) => `${(100 * value).toFixed(1)}%` },
    { label: "test sentences" },
  ],
  rows: models.map(({ name, parameters, gflops, latencyMs, mlmLoss, accuracy, testExamples }) =>
    name === "majority" ? [name, null, null, null, null, accuracy, testExamples] : [name, parameters, gflops, latencyMs, mlmLoss, accuracy, testExamples]),
  highlightRow: models.findIndex(({ name }) => name === "student"),
});
