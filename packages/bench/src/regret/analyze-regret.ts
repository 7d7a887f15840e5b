import { type MaximumPoint } from "@bort/fptas";
import { partialRankCorrelation, spearmanCorrelation } from "@bort/predictors";
import { type MeanSpread, meanSpread } from "../mean-spread.js";
import { type ErrorSource, type ErrorSourcesOptions, errorSources } from "./error-sources.js";
import { type ErrorTable, finalScores } from "./error-table.js";
import { type MeasuredSpace, largestOf, randomPickProbabilities, triedByFptas, wOfPoints } from "./picks.js";

/** What a pick falls short by, over the seeds of its errors and the offsets of its stride. */
export interface Regret {
  /** (W* - W) / W*, both with the error after full training. */
  readonly w: MeanSpread;
  /** MLM loss after full training above that of the point of the largest W, in nats; below 0 where W gave a better loss away for size. */
  readonly loss: MeanSpread;
}

export interface PickRegret {
  readonly source: string;
  readonly epsilon: number;
  /** Points that are tried, by offset. */
  readonly trials: MeanSpread;
  readonly fptas: Regret;
  /** Expected of as many points that are drawn at random, as exact sums over all draws. */
  readonly random: Regret;
}

/** Rank correlations (Spearman) of what a source says with the truth after full training, over its seeds. */
export interface SourceCorrelation {
  readonly source: string;
  readonly error: MeanSpread;
  /** Of the errors, once the ranks of p and i are accounted for. */
  readonly errorBesidesSize: MeanSpread;
  readonly w: MeanSpread;
}

export interface RegretAnalysis {
  readonly maximumPoint: MaximumPoint;
  /** Index of the point of the largest W after full training, that W, and how far its loss lies above the lowest of the grid, which no search for W aims at. */
  readonly best: { readonly point: number; readonly w: number; readonly lossAboveLowest: number };
  /** The largest over the smallest, in the grid: what decides W. The error is that after full training. */
  readonly ratios: { readonly sizeAndLatency: number; readonly error: number };
  readonly picks: readonly PickRegret[];
  readonly correlations: readonly SourceCorrelation[];
  /** The same of each seed's full training with each other's: what the truth itself is worth. Undefined where there is one seed. */
  readonly truth?: Omit<SourceCorrelation, "source">;
}

export interface AnalyzeRegretOptions extends ErrorSourcesOptions {
  readonly epsilons: readonly number[];
  /** Default: the table's. */
  readonly maximumPoint?: MaximumPoint;
}

/** What comes of searching a grid whose every error is known: by the FPTAS at every epsilon and offset, and by random search; pure. */
export function analyzeRegret(table: ErrorTable, { epsilons, maximumPoint = table.maximumPoint, ...options }: AnalyzeRegretOptions): RegretAnalysis {
  const space: MeasuredSpace = { maximumPoint, points: table.points };
  const final = finalScores(table);
  const all = table.points.map((_, i) => i);
  const w = wOfPoints(space, final.map(({ error }) => error));
  const best = largestOf(all, w);
  const truth: Truth = { w, error: final.map(({ error }) => error), loss: final.map(({ loss }) => loss), best };
  const sources = errorSources(table, options);
  const seeds = table.converged.map(({ scores }) => scores.map(({ error }) => error));
  const pairs = seeds.flatMap((a, i) => seeds.slice(i + 1).map((b) => [a, b] as const));
  return {
    maximumPoint, best: { point: best, w: w[best]!, lossAboveLowest: truth.loss[best]! - Math.min(...truth.loss) },
    ratios: { sizeAndLatency: ratioOf(wOfPoints(space, all.map(() => 1)).filter((factor) => factor > 0)), error: ratioOf(truth.error) },
    picks: sources.flatMap((source) => epsilons.map((epsilon) => pickRegret(space, source, epsilon, truth))),
    correlations: sources.filter(({ shuffled }) => !shuffled).map((source) => ({
      source: source.name, ...correlations(space, source.errors.map((errors) => [errors, truth.error] as const)),
    })),
    ...(pairs.length > 0 && { truth: correlations(space, pairs) }),
  };
}

/** What full training says of every point, and the point of the largest W. */
interface Truth {
  readonly w: readonly number[];
  readonly error: readonly number[];
  readonly loss: readonly number[];
  readonly best: number;
}

const ratioOf = (values: readonly number[]): number => Math.max(...values) / Math.min(...values);

/** Regrets of one search, before they are summed up. */
type Shortfall = Readonly<Record<keyof Regret, number>>;

function pickRegret(space: MeasuredSpace, { name, errors }: ErrorSource, epsilon: number, truth: Truth): PickRegret {
  const tried = Array.from({ length: epsilon }, (_, offset) => triedByFptas(space, epsilon, offset));
  const shortfalls = truth.w.map((_, i) => shortfallOf(i, truth));
  const fptas: Shortfall[] = [];
  const drawn: Shortfall[] = [];
  for (const list of errors) {
    const w = wOfPoints(space, list);
    const expected = new Map([...new Set(tried.map(({ length }) => length))].map((trials) => [trials, expectedOf(shortfalls, randomPickProbabilities(w, trials))]));
    for (const points of tried) {
      fptas.push(shortfalls[largestOf(points, w)]!);
      drawn.push(expected.get(points.length)!);
    }
  }
  return { source: name, epsilon, trials: meanSpread(tried.map(({ length }) => length)), fptas: regretOf(fptas), random: regretOf(drawn) };
}

function shortfallOf(point: number, { w, loss, best }: Truth): Shortfall {
  return { w: (w[best]! - w[point]!) / w[best]!, loss: loss[point]! - loss[best]! };
}

function expectedOf(shortfalls: readonly Shortfall[], probabilities: readonly number[]): Shortfall {
  const expected = (name: keyof Shortfall): number => shortfalls.reduce((sum, shortfall, i) => sum + probabilities[i]! * shortfall[name], 0);
  return { w: expected("w"), loss: expected("loss") };
}

function regretOf(shortfalls: readonly Shortfall[]): Regret {
  const spread = (name: keyof Shortfall): MeanSpread => meanSpread(shortfalls.map((shortfall) => shortfall[name]));
  return { w: spread("w"), loss: spread("loss") };
}

function correlations(space: MeasuredSpace, pairs: readonly (readonly [errors: readonly number[], against: readonly number[]])[]): Omit<SourceCorrelation, "source"> {
  const { points } = space;
  const size = [points.map(({ parameters }) => parameters), points.map(({ latencyMs }) => latencyMs)];
  return {
    error: meanSpread(pairs.map(([a, b]) => spearmanCorrelation(a, b))),
    errorBesidesSize: meanSpread(pairs.map(([a, b]) => partialRankCorrelation(a, b, size))),
    w: meanSpread(pairs.map(([a, b]) => spearmanCorrelation(wOfPoints(space, a), wOfPoints(space, b)))),
  };
}
