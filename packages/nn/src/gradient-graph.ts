import * as op from "@bort/graph";
import { type Graph, type Node, gradients, parameter, parametersOf } from "@bort/graph";
import { NnError } from "./nn-error.js";
import { type ParameterSpec } from "./parameter-spec.js";

/** A scalar named `loss`, and other scalars to report; reads every trained parameter by its name and the batch by other names. */
export type LossGraph = Graph & { readonly loss: Node };

/** What is done to gradients beside computing them; where nothing is, the graph has no op for it. */
export interface GradientGraphOptions {
  /** The loss is multiplied by the scalar {@link SCALE} before it is differentiated. */
  readonly scaled: boolean;
  /** Gradients are multiplied by the scalar {@link UNSCALE}. */
  readonly unscaled: boolean;
  /** Gradients are added to what is fed as `sumName` of their parameter. */
  readonly summed: boolean;
  /** What lies within a layer is computed again for the backward pass. */
  readonly recompute?: boolean;
}

export const SCALE = "loss:scale";
export const UNSCALE = "loss:unscale";
export const gradientName = (parameterName: string): string => `gradient:${parameterName}`;
export const sumName = (parameterName: string): string => `sum:${parameterName}`;

/**
 * The loss graph with one more output for each of `specs`: its gradient, as `gradientName`.
 *
 * @throws NnError `nn/missing-tensor` where the loss does not depend on one of them.
 */
export function gradientGraph(graph: LossGraph, specs: readonly ParameterSpec[], { scaled, unscaled, summed, recompute = false }: GradientGraphOptions): Graph {
  const inputs = parametersOf(graph);
  const missing = specs.filter(({ name }) => !inputs.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    const shown = `${missing.slice(0, 3).join(", ")}${missing.length > 3 ? ` and ${missing.length - 3} more` : ""}`;
    throw new NnError("nn/missing-tensor", `nn: the loss does not depend on ${shown}; train only parameters that it reads, and freeze the others`);
  }
  const loss = scaled ? op.mul(graph.loss, parameter(SCALE, [])) : graph.loss;
  const slopes = gradients(loss, specs.map(({ name }) => inputs.get(name)!), { recompute });
  return {
    ...graph,
    ...Object.fromEntries(specs.map(({ name, shape }, i) => {
      const slope = unscaled ? op.mul(slopes[i]!, parameter(UNSCALE, [])) : slopes[i]!;
      return [gradientName(name), summed ? op.add(parameter(sumName(name), shape), slope) : slope];
    })),
  };
}
