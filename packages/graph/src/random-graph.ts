import { gradients } from "./autodiff.js";
import { type Graph, type Node, type OpName, parametersOf } from "./ir.js";
import { weightedSum } from "./op-cases.js";
import * as op from "./ops.js";
import { Growth } from "./random-growth.js";
import { randomOps } from "./random-ops.js";
import { evaluate } from "./reference.js";

/** A graph with the elements of its parameters. */
export interface RandomGraph {
  /** `y0`, `y1`, ...: values of any dtype; `d0`, `d1`, ...: gradients of a weighted sum of one of them, where one can be differentiated. */
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, readonly number[]>>;
}

/** Share of nodes that are equal to another. */
const TWINS = 0.1;

const opNames = Object.keys(randomOps) as OpName[];

/**
 * A sound graph drawn from a seed: any op, shapes of up to four axes with sizes of 1 among them, broadcasting, values with several uses, equal values of nodes of their own.
 *
 * The graph grows op by op. Every value is computed on the way, and an op whose result would be large, or near a jump, is drawn again: so a
 * float32 backend must agree with the reference on all of it. One graph in ten has some thousands of elements, for threads to share.
 */
export function randomGraph(seed: number): RandomGraph {
  const growth = new Growth(seed);
  for (let ops = 6 + growth.below(14); ops > 0; ops--) grow(growth);
  const outputs = growth.outputs();
  const values: Graph = Object.fromEntries(outputs.map((node, i) => [`y${i}`, node]));
  const graph = { ...values, ...gradientsOf(outputs, growth.feeds) };
  return { graph, feeds: Object.fromEntries([...parametersOf(graph).keys()].map((name) => [name, growth.feeds[name]!])) };
}

/** Adds one op that fits. */
function grow(growth: Growth): void {
  for (;;) {
    const node = growth.chance(TWINS) ? growth.twin() : randomOps[growth.pick(opNames)](growth);
    if (node !== undefined && growth.accepts(node)) return;
  }
}

/** Gradients of the last output that has any, scaled so that none is large. */
function gradientsOf(outputs: readonly Node[], feeds: RandomGraph["feeds"]): Graph {
  for (const output of outputs.toReversed()) {
    const targets = [...parametersOf({ output }).values()].filter(({ dtype }) => dtype === "f32") as readonly Node[];
    if (output.dtype !== "f32" || targets.length === 0) continue;
    const loss = weightedSum(output);
    const largest = Math.max(1, ...evaluate(gradients(loss, targets), feeds).map(sizeOfLargest));
    return Object.fromEntries(gradients(op.mul(loss, 1 / largest), targets).map((gradient, i) => [`d${i}`, gradient]));
  }
  return {};
}

const sizeOfLargest = (values: ArrayLike<number>): number => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
