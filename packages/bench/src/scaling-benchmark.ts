import { type Backend } from "@bort/graph";
import { linearFit } from "./linear-fit.js";
import { measureStep } from "./step-benchmark.js";
import { type StepShape, formatStepShape, parseStepShape, stepCosts } from "./step-shape.js";

/** The sizes that are varied one by one. */
export type ScalingAxis = "depth" | "tokens" | "vocabulary" | "width";

export interface ScalingPoint {
  readonly shape: string;
  /** Tokens of a batch, hidden size, layers or vocabulary. */
  readonly size: number;
  /** FLOPs of a step, as `stepCosts` counts them. */
  readonly flops: number;
  /** Median time of a step. */
  readonly ms: number;
  /** Share by which the time lies above the axis' line of times against FLOPs, or below it. */
  readonly deviation: number;
}

/** Step times along one axis, with the line through them. */
export interface ScalingCurve {
  readonly axis: ScalingAxis;
  readonly points: readonly ScalingPoint[];
  /** The line at no FLOPs: what a step costs beside the axis. */
  readonly fixedMs: number;
  readonly msPerGflop: number;
  /** The largest deviation of a point, without its sign. */
  readonly worst: number;
}

export interface ScalingOptions {
  /** The middle of every range. Default 8,128,256,4,1024,4,8192,20. */
  readonly base?: StepShape;
  /** What the base's sizes are multiplied by. Default 1/4 to 4. */
  readonly factors?: readonly number[];
  /** Steps that are timed at each point. Default 9. */
  readonly repeats?: number;
}

/** Where the width grows, heads keep theirs and the FFN its ratio to the hidden size. */
const resize: Readonly<Record<ScalingAxis, (base: StepShape, factor: number) => Partial<StepShape>>> = {
  tokens: ({ batchSize }, factor) => ({ batchSize: batchSize * factor }),
  width: ({ hiddenSize, heads, intermediateSize }, factor) => ({
    hiddenSize: hiddenSize * factor, heads: heads * factor, intermediateSize: intermediateSize * factor,
  }),
  depth: ({ depth }, factor) => ({ depth: depth * factor }),
  vocabulary: ({ vocabSize }, factor) => ({ vocabSize: vocabSize * factor }),
};

const sizeAlong: Readonly<Record<ScalingAxis, (shape: StepShape) => number>> = {
  tokens: ({ batchSize, sequenceLength }) => batchSize * sequenceLength,
  width: ({ hiddenSize }) => hiddenSize,
  depth: ({ depth }) => depth,
  vocabulary: ({ vocabSize }) => vocabSize,
};

const axes = Object.keys(resize) as readonly ScalingAxis[];

/**
 * Times a step at every size of each axis, the others as in the base, and gives each axis' curve when it is done.
 *
 * @throws BenchError `bench/bad-shape` where a factor gives a size that is no whole number, `bench/bad-option`
 */
export async function* measureScaling(backend: Backend, options: ScalingOptions = {}): AsyncGenerator<ScalingCurve, void, void> {
  const { base = parseStepShape("8,128,256,4,1024,4,8192,20"), factors = [0.25, 0.5, 1, 2, 4], repeats = 9 } = options;
  const shapes = axes.map((axis) => factors.map((factor) => parseStepShape(formatStepShape({ ...base, ...resize[axis](base, factor) }))));
  for (const [i, axis] of axes.entries()) {
    const measured: [StepShape, number][] = [];
    for (const shape of shapes[i]!) measured.push([shape, (await measureStep(backend, shape, { repeats })).medianMs]);
    yield curveOf(axis, measured);
  }
}

/** The curve through the measured times of an axis. */
export function curveOf(axis: ScalingAxis, measured: readonly (readonly [shape: StepShape, ms: number])[]): ScalingCurve {
  const costs = measured.map(([shape]) => stepCosts(shape).flops);
  const { intercept, slope, deviations } = linearFit(measured.map(([, ms], i) => [costs[i]!, ms]));
  const points = measured.map(([shape, ms], i) => ({
    shape: formatStepShape(shape), size: sizeAlong[axis](shape), flops: costs[i]!, ms, deviation: deviations[i]!,
  }));
  return { axis, points, fixedMs: intercept, msPerGflop: 1e9 * slope, worst: Math.max(...deviations.map(Math.abs)) };
}
