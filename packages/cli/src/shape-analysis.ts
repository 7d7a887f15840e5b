import { type HeldOutPoint } from "@bort/bench";
import { type PredictorKind } from "@bort/predictors";
import { cigarShape, type LayerDiagonals, layerImportance, pairwiseRange, shapeDifferenceCorrelation, templateIn, type TemplateName, templateShapes } from "@bort/supershaper";
import { type MeasuredShapes } from "./measured-shapes.js";
import { ShapeMeasures } from "./shape-measures.js";
import { type PredictorQuality } from "./shape-predictor.js";
import { type ShapeValues } from "./shapes-table.js";

/** Shapes are compared by shape alone where their parameters are within this share of the median's. */
const SIZE_BAND = 0.05;
/** Fewer shapes of about one size have no correlation to speak of. */
const LEAST_NEIGHBOURS = 10;
/** Sizes that the heuristics are shown at, evenly between the smallest and the largest. */
const CIGARS = 5;

/** How shape goes with perplexity among measured shapes of about one size. */
export interface DifferenceAnalysis {
  /** Parameters of the median shape of the table. */
  readonly parameters: number;
  /** The best of them. */
  readonly best: readonly number[];
  readonly networks: number;
  readonly spearman: number;
  readonly pearson: number;
  /** [shape difference, difference of the perplexities] of each. */
  readonly points: readonly (readonly [number, number])[];
}

export interface ShapeAnalysis {
  readonly predictor: PredictorQuality;
  /** What the quality is of: the perplexity of each measured shape, by a fit that had not seen it. */
  readonly heldOut: readonly HeldOutPoint[];
  /** Each layer's total effect on the predicted perplexity, from 0 to 1. */
  readonly importance: readonly number[];
  readonly templates: readonly (ShapeValues & { readonly name: TemplateName | "cigar" })[];
  /** Shapes by the paper's heuristics from small to large, none twice. */
  readonly cigars: readonly ShapeValues[];
  /** Absent where too few shapes are of about one size. */
  readonly difference?: DifferenceAnalysis;
  /** Of the bottlenecks of each layer, where the super-network is at hand. */
  readonly diagonals?: readonly LayerDiagonals[];
  readonly warnings: readonly string[];
}

/** What measured shapes tell of a space: which layers matter, what well-known shapes come to, and whether shape decides at one size. */
export function analyseShapes(table: MeasuredShapes, kind: PredictorKind): ShapeAnalysis {
  const { space, rows } = table;
  const measures = new ShapeMeasures(table, { kind, sequenceLength: 1 });
  const [perplexity, parameters] = [measures.of("perplexity"), measures.of("parameters")];
  const valued = (shape: readonly number[]): ShapeValues => ({ shape, values: { perplexity: perplexity.value(shape), parameters: parameters.value(shape) } });
  const cigarOf = (target: number): readonly number[] => cigarShape({ space, target, size: parameters.sum! }).shape;
  const sizes = rows.map(({ shape }) => parameters.value(shape)).sort((a, b) => a - b);
  const size = sizes[Math.floor(sizes.length / 2)]!;
  const templates = [
    ...(Object.keys(templateShapes) as TemplateName[]).map((name) => ({ name, ...valued(templateIn(space, name)) })),
    { name: "cigar" as const, ...valued(cigarOf(size)) },
  ];
  const { least, most } = pairwiseRange(space, parameters.sum!);
  const scaled = Array.from({ length: CIGARS }, (_, i) => cigarOf(least + ((i + 1) * (most - least)) / (CIGARS + 1)));
  const cigars = scaled.filter((shape, i) => shape.join(",") !== scaled[i - 1]?.join(",")).map(valued);
  const difference = differenceAt(size, table, measures);
  return {
    predictor: measures.qualities.perplexity!, heldOut: perplexity.judged!.heldOut, importance: layerImportance(space, perplexity.measure), templates, cigars, ...(difference !== undefined && { difference }),
    warnings: measures.warnings([...templates, ...cigars].map(({ shape }) => shape)),
  };
}

function differenceAt(size: number, { rows }: MeasuredShapes, measures: ShapeMeasures): DifferenceAnalysis | undefined {
  const { value: parameters } = measures.of("parameters");
  const near = rows.filter(({ shape }) => Math.abs(parameters(shape) - size) <= SIZE_BAND * size).map(({ shape, perplexity: value }) => ({ shape, value })).sort((a, b) => a.value - b.value);
  const [best, ...others] = near;
  if (best === undefined || others.length < LEAST_NEIGHBOURS) return undefined;
  return { parameters: size, best: best.shape, ...shapeDifferenceCorrelation(best, others) };
}
