import { evaluatePairwiseSum, type MeasuredShape, type PairwiseSum, type PredictorKind, rangeWarning } from "@bort/predictors";
import { flopSum, parameterSum, type ShapeMeasure } from "@bort/supershaper";
import { usageError } from "./cli-error.js";
import { type MeasuredShapes } from "./measured-shapes.js";
import { asItIs, judgedPredictor, type JudgedPredictor, type PredictorQuality, type SumScale } from "./shape-predictor.js";

/** What a search of shapes knows of them; latencies are in ms. */
export const quantities = ["perplexity", "parameters", "flops", "latency-ms"] as const;
export type Quantity = (typeof quantities)[number];

/** A number of shapes, counted or predicted. */
export interface Measure {
  readonly measure: ShapeMeasure;
  readonly value: (shape: readonly number[]) => number;
  /** Rises with the measure; absent where it is no sum over neighbours. */
  readonly sum?: PairwiseSum;
  readonly scale: SumScale;
  /** Of a predicted one. */
  readonly judged?: JudgedPredictor;
}

export interface ShapeMeasuresOptions {
  readonly kind: PredictorKind;
  /** Tokens of the sequence that FLOPs are counted for. */
  readonly sequenceLength: number;
}

/** The quantities of the shapes of a table's space, each counted or fitted when it is asked for. */
export class ShapeMeasures {
  readonly #made = new Map<Quantity, Measure>();
  readonly #makers: Readonly<Record<Quantity, () => Measure>>;

  constructor(private readonly table: MeasuredShapes, private readonly options: ShapeMeasuresOptions) {
    const { space } = table;
    this.#makers = {
      perplexity: () => this.#predicted("perplexity", table.rows.map(({ shape, perplexity: value }) => ({ shape, value }))),
      // A pooler is no part of a masked language model, though the configuration of one may tell of it.
      parameters: () => counted(parameterSum(space, { pooler: false })),
      flops: () => counted(flopSum(space, { sequence: options.sequenceLength, pooler: false })),
      "latency-ms": () => this.#predicted("latency", this.#latencies()),
    };
  }

  /** @throws CliError `cli/usage` for the latency of a table without any; PredictorsError; ArchError for FLOPs of a sequence that is too long */
  of(quantity: Quantity): Measure {
    const measure = this.#made.get(quantity) ?? this.#makers[quantity]();
    this.#made.set(quantity, measure);
    return measure;
  }

  /** How good the predictors are that were asked for. */
  get qualities(): Readonly<Partial<Record<Quantity, PredictorQuality>>> {
    return Object.fromEntries([...this.#made].flatMap(([quantity, { judged }]) => (judged === undefined ? [] : [[quantity, judged.quality]])));
  }

  /** What to tell of shapes that these predictors were asked about outside their training range: a line for each predictor, about the furthest. */
  warnings(shapes: readonly (readonly number[])[]): readonly string[] {
    return [...this.#made].flatMap(([quantity, { judged }]) => {
      if (judged === undefined) return [];
      const { predictor } = judged;
      const furthest = shapes.reduce((far, shape) => (predictor.distance(shape) > predictor.distance(far) ? shape : far));
      const warning = rangeWarning(predictor, furthest);
      return warning === undefined ? [] : [`${quantity}: ${warning}`];
    });
  }

  #predicted(quantity: "latency" | "perplexity", rows: readonly MeasuredShape[]): Measure {
    const judged = judgedPredictor(rows, { kind: this.options.kind, space: this.table.space, quantity, parameters: this.of("parameters").sum! });
    const { predictor, sum, scale } = judged;
    return { measure: predictor, value: (shape) => predictor.predict(shape), scale, judged, ...(sum !== undefined && { sum }) };
  }

  #latencies(): readonly MeasuredShape[] {
    const rows = this.table.rows.flatMap(({ shape, latencyMs }) => (latencyMs === undefined ? [] : [{ shape, value: latencyMs }]));
    if (rows.length >= 5) return rows; // As many as there are folds.
    throw usageError(`latencies need a table that has some, got ${rows.length} in it; make one by bort supernet sample --latency`);
  }
}

const counted = (sum: PairwiseSum): Measure => ({ measure: sum, sum, value: (shape) => evaluatePairwiseSum(sum, shape), scale: asItIs });
