import { type Backend, type Feeds, type Graph, type Node, type Program, parameter, parametersOf, typeToString } from "@bort/graph";
import { type NotFinite, firstNotFinite } from "./first-not-finite.js";
import { gradientName } from "./gradient-graph.js";
import { NnError } from "./nn-error.js";
import { type ParameterLayout, trainedPart } from "./parameter-layout.js";
import { type ParameterStore } from "./parameter-store.js";

/** What a gradient hook is written in terms of, by the names of parameters and in their shapes. */
export interface GradientHookInputs {
  /** Of the trained parameters. */
  readonly gradients: Readonly<Record<string, Node>>;
  /** All of them. */
  readonly parameters: Readonly<Record<string, Node>>;
}

/**
 * Turns gradients into others: gives new ones, by the names of their parameters, for those that change.
 *
 * It runs once a step, on whole parameters, after micro-batches are summed and the loss scale is divided out, before the norm is taken and clipped.
 */
export type GradientHook = (inputs: GradientHookInputs) => Readonly<Record<string, Node>>;

/**
 * The hook as a graph over parameters, and gradients by `gradientName`; its outputs have parameters' names after "new:".
 *
 * @throws NnError `nn/bad-option` where it gives something else than a trained parameter's gradient.
 */
export function gradientHookGraph(hook: GradientHook, layout: ParameterLayout): Graph {
  const trained = trainedPart(layout).specs;
  const gradients = Object.fromEntries(trained.map(({ name, shape }) => [name, parameter(gradientName(name), shape)]));
  const given = hook({ gradients, parameters: Object.fromEntries(layout.specs.map(({ name, shape }) => [name, parameter(name, shape)])) });
  for (const [name, node] of Object.entries(given)) {
    const wanted = gradients[name];
    if (wanted === undefined) throw new NnError("nn/bad-option", `nn: a gradient hook gave a gradient of "${name}", which is not trained; give those that it was given`);
    if (typeToString(node) !== typeToString(wanted)) {
      throw new NnError("nn/bad-option", `nn: the gradient of "${name}" must stay ${typeToString(wanted)}, got ${typeToString(node)} from a gradient hook`);
    }
  }
  return Object.fromEntries(Object.entries(given).flatMap(([name, node]) => (node === gradients[name] ? [] : [[`new:${name}`, node]])));
}

/** A gradient hook, compiled. */
export class GradientHookProgram {
  private constructor(private readonly graph: Graph, private readonly program: Program) {}

  /** `null` where the hook changes nothing. */
  static async compile(backend: Backend, hook: GradientHook, layout: ParameterLayout): Promise<GradientHookProgram | null> {
    const graph = gradientHookGraph(hook, layout);
    return Object.keys(graph).length === 0 ? null : new GradientHookProgram(graph, await backend.compile(graph));
  }

  /** Puts the new gradients in the place of the old. */
  async apply(gradients: ParameterStore, parameters: ParameterStore): Promise<void> {
    const outputs = await this.program.run(this.#feeds(gradients, parameters));
    for (const [name, { data }] of Object.entries(outputs)) gradients.view(name.slice("new:".length)).set(data as Float32Array);
  }

  /** The first value that is not finite in what the hook computes from these gradients. */
  firstNotFinite(backend: Backend, gradients: ParameterStore, parameters: ParameterStore): Promise<NotFinite | null> {
    return firstNotFinite(backend, this.graph, this.#feeds(gradients, parameters));
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }

  #feeds(gradients: ParameterStore, parameters: ParameterStore): Feeds {
    const read = parametersOf(this.graph);
    const given = { ...parameters.views, ...Object.fromEntries(Object.entries(gradients.views).map(([name, view]) => [gradientName(name), view])) };
    return Object.fromEntries(Object.entries(given).filter(([name]) => read.has(name)));
  }
}
