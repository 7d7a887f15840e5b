import { random } from "@bort/data";
import * as op from "@bort/graph";
import { type Feeds, type Graph, type Node, UNIFORM_STEP, parameter, parametersOf } from "@bort/graph";
import { NnError } from "./nn-error.js";

/** Shares of elements that training sets to zero at random; the others grow, so that means stay (Srivastava et al. 2014). Default 0: no op in any graph. */
export interface DropoutRates {
  /** Of embeddings, and of what attention and feed-forward maps give to the stream. */
  readonly hidden?: number;
  /** Of the weights of attention. */
  readonly attention?: number;
  /** Of what the classifier's maps read. */
  readonly classifier?: number;
}

/** One rate at every place that drops. */
export const dropoutEverywhere = (rate: number): DropoutRates => ({ hidden: rate, attention: rate, classifier: rate });

/** What becomes of a value at a place where networks drop some of it. */
export type Dropout = (kind: keyof DropoutRates, x: Node) => Node;

/** That of graphs that do not train. */
export const noDropout: Dropout = (_, x) => x;

/** What decides the draws of a whole graph: `i32[]`. */
export const DROPOUT_SEED = "dropout:seed";

/**
 * The dropout of one graph, or of a part of one with a seed of its own, which draws other numbers at each place.
 *
 * @param seed - `i32[]`; by default it is fed, as `dropoutFeeds` says
 * @throws NnError `nn/bad-option`
 */
export function dropoutOf(rates: DropoutRates, seed: Node = parameter(DROPOUT_SEED, [], "i32")): Dropout {
  checkDropout(rates);
  let places = 0;
  return (kind, x) => {
    const rate = rates[kind] ?? 0;
    // An array, not a number: kernels that differ in what they read alone are one, so that all layers have the same.
    return rate === 0 ? x : dropped(x, rate, op.add(seed, op.constant([places++], [], "i32")));
  };
}

function dropped(x: Node, rate: number, seed: Node): Node {
  const exactRate = asUniform(rate);
  return op.where(op.less(op.uniform(seed, x.shape), exactRate), 0, op.mul(x, 1 / (1 - exactRate)));
}

/** The nearest number that `uniform` can draw: in float32 and float64 the same numbers are less than it. */
const asUniform = (rate: number): number => Math.round(rate / UNIFORM_STEP) * UNIFORM_STEP;

/** @throws NnError `nn/bad-option` for rates that cannot be */
export function checkDropout(rates: DropoutRates): void {
  for (const [kind, rate] of Object.entries(rates) as [string, number][]) {
    if (!(rate >= 0 && asUniform(rate) < 1)) throw new NnError("nn/bad-option", `nn: the ${kind} dropout must be a number from 0 to below 1, got ${rate}`);
  }
}

/** The rates above 0. */
export const activeRates = (rates: DropoutRates): DropoutRates => Object.fromEntries(Object.entries(rates).filter(([, rate]) => rate > 0));

/** Whether a graph draws at all, and so is fed a seed. */
export const readsDropout = (graph: Graph): boolean => parametersOf(graph).has(DROPOUT_SEED);

/** What a graph with dropout is fed beside a batch: a seed that depends on the run's and on the number of the batch, micro-batches counted, alone. */
export function dropoutFeeds(rates: DropoutRates, runSeed: number, batch: number): Feeds {
  // Half of the seeds: the places of a graph count on from them.
  return Object.keys(activeRates(rates)).length === 0 ? {} : { [DROPOUT_SEED]: Int32Array.of(random(runSeed, "dropout", batch).integer(2 ** 30)) };
}
