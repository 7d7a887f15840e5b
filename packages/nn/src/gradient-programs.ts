import { type Backend, type Feeds, type Graph, type Program, memoryOf, parametersOf } from "@bort/graph";
import { type NotFinite, firstNotFinite } from "./first-not-finite.js";
import { type GradientGraphOptions, type LossGraph, SCALE, UNSCALE, gradientGraph, gradientName, sumName } from "./gradient-graph.js";
import { type MicroBatch, feedsOf, sharesOf } from "./micro-batches.js";
import { trainedPart } from "./parameter-layout.js";
import { ParameterStore } from "./parameter-store.js";

export interface GradientProgramsOptions {
  readonly backend: Backend;
  readonly parameters: ParameterStore;
  /** The objective, or, where batches come in several lengths, the objective for each. */
  readonly graph: LossGraph | ((length: number) => LossGraph);
  /** Whether the loss is scaled; the scale is then given to `run`. */
  readonly lossScaled: boolean;
  readonly recompute?: boolean;
}

interface Compiled {
  readonly program: Program;
  /** The parameters that the graph reads. */
  readonly parameters: Feeds;
}

/** What a trainer takes gradients from. */
export interface GradientSource {
  /** The gradients of the last run, of trained parameters alone, in the trained part of the layout. */
  readonly gradients: ParameterStore;
  /** Fills `gradients` with those of a step's micro-batches and gives its scalars, `loss` among them; `lossScale` multiplies the loss on the way and is divided out of them. */
  run(batches: readonly MicroBatch[], lossScale: number): Promise<Record<string, number>>;
  /** The first value that is not finite on the way to them. */
  firstNotFinite(batches: readonly MicroBatch[], lossScale: number): Promise<NotFinite | null>;
  dispose(): Promise<void>;
}

/** Losses and gradients of batches, by one program for each length and for whether gradients are added up. */
export class GradientPrograms implements GradientSource {
  /** The gradients of the last run, of trained parameters alone. */
  readonly gradients: ParameterStore;
  readonly #outputs: Feeds;
  readonly #sums: Feeds;
  readonly #programs = new Map<string, Compiled>();

  constructor(private readonly options: GradientProgramsOptions) {
    const layout = trainedPart(options.parameters.layout);
    this.gradients = new ParameterStore(layout.specs, layout, memoryOf(options.backend).allocate(layout.size));
    const named = (nameOf: (name: string) => string): Feeds => Object.fromEntries(Object.entries(this.gradients.views).map(([name, view]) => [nameOf(name), view]));
    this.#outputs = named(gradientName);
    this.#sums = named(sumName);
  }

  /**
   * Fills `gradients` with the mean of the micro-batches' gradients by their weights, sum w_i g_i / sum w_i, and gives the same mean of every scalar.
   *
   * @throws NnError `nn/bad-option` for weights that have no mean.
   */
  async run(batches: readonly MicroBatch[], lossScale: number): Promise<Record<string, number>> {
    const shares = sharesOf(batches);
    const summed = shares.length > 1;
    if (summed) this.gradients.flat.fill(0);
    const metrics: Record<string, number> = {};
    for (const { length, share, ...batch } of shares) {
      const feeds = await feedsOf(batch);
      const { program, parameters } = await this.#compiled(length, summed);
      const outputs = await program.run({ ...parameters, ...feeds, ...this.#scalars(share, lossScale, summed), ...(summed && this.#sums) }, this.#outputs);
      for (const [name, { data }] of Object.entries(outputs)) if (!(name in this.#outputs)) metrics[name] = (metrics[name] ?? 0) + share * Number(data[0]);
    }
    return metrics;
  }

  /** The first value that is not finite in the loss and the gradients of any micro-batch, found by running them again. */
  async firstNotFinite(batches: readonly MicroBatch[], lossScale: number): Promise<NotFinite | null> {
    for (const { length, share, ...batch } of sharesOf(batches)) {
      const feeds = await feedsOf(batch);
      const graph = this.#graph(length, { scaled: this.options.lossScaled, unscaled: this.options.lossScaled, summed: false });
      const scalars = this.options.lossScaled ? this.#scalars(share, lossScale, false) : {};
      const found = await firstNotFinite(this.options.backend, graph, { ...this.#readBy(graph), ...feeds, ...scalars });
      if (found !== null) return found;
    }
    return null;
  }

  async dispose(): Promise<void> {
    for (const { program } of this.#programs.values()) await program.dispose();
    this.#programs.clear();
    memoryOf(this.options.backend).free(this.gradients.flat);
  }

  #scalars(share: number, lossScale: number, summed: boolean): Feeds {
    const { lossScaled } = this.options;
    return {
      ...((lossScaled || summed) && { [SCALE]: Float32Array.of(share * lossScale) }),
      ...(lossScaled && { [UNSCALE]: Float32Array.of(1 / lossScale) }),
    };
  }

  #graph(length: number, options: GradientGraphOptions): Graph {
    const { graph } = this.options;
    return gradientGraph(typeof graph === "function" ? graph(length) : graph, this.gradients.specs, options);
  }

  #readBy(graph: Graph): Feeds {
    const read = parametersOf(graph);
    return Object.fromEntries(Object.entries(this.options.parameters.views).filter(([name]) => read.has(name)));
  }

  async #compiled(length: number, summed: boolean): Promise<Compiled> {
    const key = `${length} ${summed}`;
    let compiled = this.#programs.get(key);
    if (compiled === undefined) {
      const { backend, lossScaled, recompute = false } = this.options;
      const graph = this.#graph(length, { scaled: lossScaled || summed, unscaled: lossScaled, summed, recompute });
      compiled = { program: await backend.compile(graph), parameters: this.#readBy(graph) };
      this.#programs.set(key, compiled);
    }
    return compiled;
  }
}
