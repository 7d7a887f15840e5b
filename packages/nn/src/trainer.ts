import * as op from "@bort/graph";
import { type Backend, type Feeds, type Graph, type Node, type Program, gradients, parameter, parametersOf } from "@bort/graph";
import { NnError } from "./nn-error.js";
import { type Optimizer } from "./optimizer/optimizer.js";
import { CHUNK_SIZE, ParameterStore } from "./parameter-store.js";

/** Everything that a training run changes from step to step. */
export interface TrainingState {
  readonly parameters: ParameterStore;
  /** The optimizer's vectors by name, each in the layout of `parameters.flat`. */
  readonly slots: Readonly<Record<string, Float32Array>>;
  /** Updates done so far. */
  step: number;
  /** Training loss of the last update; NaN before the first. */
  loss: number;
  /** Time spent in training steps, and the tokens they read. */
  seconds: number;
  tokens: number;
}

/** A scalar named `loss`, and other scalars to report; reads every parameter by its name and the batch by other names. */
export type LossGraph = Graph & { readonly loss: Node };

export interface TrainerOptions {
  readonly backend: Backend;
  readonly parameters: ParameterStore;
  /** The objective, or, where batches come in several lengths, the objective for each. */
  readonly graph: LossGraph | ((length: number) => LossGraph);
  readonly optimizer: Optimizer;
  /** Largest global norm of the gradient; a longer one is scaled down to it. Default 1. */
  readonly maxGradientNorm?: number;
}

export interface StepResult {
  readonly loss: number;
  /** Every scalar of the graph, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Global norm of the gradient before clipping. */
  readonly gradientNorm: number;
}

/** One model in training: a gradient program and an optimizer program over one flat parameter store. */
export class Trainer {
  readonly state: TrainingState;
  readonly #options: Required<TrainerOptions>;
  readonly #gradients: ParameterStore;
  readonly #gradientOutputs: Feeds;
  readonly #gradientPrograms = new Map<number, Program>();
  readonly #update: UpdateProgram;

  private constructor(options: Required<TrainerOptions>, update: UpdateProgram) {
    const { parameters, optimizer } = options;
    const slots = Object.fromEntries(optimizer.slots.map((name) => [name, new Float32Array(parameters.flat.length)]));
    this.state = { parameters, slots, step: 0, loss: Number.NaN, seconds: 0, tokens: 0 };
    this.#options = options;
    this.#gradients = new ParameterStore(parameters.specs, parameters.layout);
    this.#gradientOutputs = Object.fromEntries(Object.entries(this.#gradients.views).map(([name, view]) => [gradientName(name), view]));
    this.#update = update;
  }

  static async create(options: TrainerOptions): Promise<Trainer> {
    const { maxGradientNorm = 1 } = options;
    if (!(maxGradientNorm > 0)) throw new NnError("nn/bad-option", `nn: the largest gradient norm must be positive, got ${maxGradientNorm}; use Infinity for no clipping`);
    return new Trainer({ ...options, maxGradientNorm }, await UpdateProgram.compile(options.backend, options.optimizer));
  }

  /**
   * One step: gradients of the loss on a batch (of the given length, where the objective depends on it), clipping, update.
   *
   * @throws NnError `nn/not-finite` where the loss or a gradient is not finite, `nn/bad-option` where the learning rate is not or is negative; the
   * parameters are then those before the step.
   */
  async step(batch: Feeds, learningRate: number, length = 0): Promise<StepResult> {
    const { state } = this;
    const { optimizer, maxGradientNorm } = this.#options;
    if (!(learningRate >= 0 && Number.isFinite(learningRate))) {
      throw new NnError("nn/bad-option", `nn: a learning rate must be a number from 0, got ${learningRate} for step ${state.step + 1}; correct the schedule`);
    }
    const program = await this.#gradientProgram(length);
    const outputs = await program.run({ ...state.parameters.views, ...batch }, this.#gradientOutputs);
    const metrics = Object.fromEntries(Object.entries(outputs).filter(([name]) => !(name in this.#gradientOutputs)).map(([name, { data }]) => [name, Number(data[0])]));
    const gradientNorm = Math.sqrt(await this.#update.squaredNorm(this.#gradients.flat));
    const loss = metrics["loss"]!;
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      const advice = `lower the learning rate (now ${learningRate}) or lengthen the warm-up`;
      throw new NnError("nn/not-finite", `nn: step ${state.step + 1} gave loss ${loss} and gradient norm ${gradientNorm}; the step was not taken; ${advice}`);
    }
    const gradientScale = Math.min(1, maxGradientNorm / (gradientNorm + 1e-6));
    state.step++;
    state.loss = loss;
    for (const group of state.parameters.layout.groups) {
      const scalars = optimizer.scalarsAt({ update: state.step, learningRate, gradientScale, decay: group.decay });
      await this.#update.apply(state, this.#gradients.flat, group, scalars);
    }
    return { loss, metrics, gradientNorm };
  }

  async dispose(): Promise<void> {
    for (const program of this.#gradientPrograms.values()) await program.dispose();
    await this.#update.dispose();
  }

  async #gradientProgram(length: number): Promise<Program> {
    const { backend, graph, parameters } = this.#options;
    const program = this.#gradientPrograms.get(length) ?? (await backend.compile(gradientGraph(typeof graph === "function" ? graph(length) : graph, parameters)));
    this.#gradientPrograms.set(length, program);
    return program;
  }
}

const gradientName = (parameterName: string): string => `gradient:${parameterName}`;

/** The loss graph with one more output for each parameter: its gradient. */
function gradientGraph(graph: LossGraph, parameters: ParameterStore): Graph {
  const inputs = parametersOf(graph);
  const names = parameters.specs.map(({ name }) => name);
  const missing = names.filter((name) => !inputs.has(name));
  if (missing.length > 0) {
    const shown = `${missing.slice(0, 3).join(", ")}${missing.length > 3 ? ` and ${missing.length - 3} more` : ""}`;
    throw new NnError("nn/missing-tensor", `nn: the loss does not depend on ${shown}; train only parameters that it reads`);
  }
  const slopes = gradients(graph.loss, names.map((name) => inputs.get(name)!));
  return { ...graph, ...Object.fromEntries(names.map((name, i) => [gradientName(name), slopes[i]!])) };
}

/** A graph's outputs must not have its inputs' names. */
const asOutputs = <T>(values: Readonly<Record<string, T>>): Record<string, T> => Object.fromEntries(Object.entries(values).map(([name, value]) => [`new:${name}`, value]));

/** The optimizer's rule compiled for one chunk, and run over all of them in place. */
class UpdateProgram {
  private constructor(private readonly optimizer: Optimizer, private readonly program: Program, private readonly normProgram: Program) {}

  static async compile(backend: Backend, optimizer: Optimizer): Promise<UpdateProgram> {
    const vectors = (names: readonly string[]): Record<string, Node> => Object.fromEntries(names.map((name) => [name, parameter(name, [CHUNK_SIZE])]));
    const gradient = parameter("gradient", [CHUNK_SIZE]);
    const updated = optimizer.update({
      parameter: parameter("parameter", [CHUNK_SIZE]),
      gradient,
      slots: vectors(optimizer.slots),
      scalars: Object.fromEntries(optimizer.scalars.map((name) => [name, parameter(name, [])])),
    });
    const row = op.reshape(gradient, [1, CHUNK_SIZE]);
    const program = await backend.compile(asOutputs({ ...updated.slots, parameter: updated.parameter }));
    return new UpdateProgram(optimizer, program, await backend.compile({ squaredNorm: op.matmul(row, row, { transposeB: true }) }));
  }

  async squaredNorm(gradient: Float32Array): Promise<number> {
    let sum = 0;
    for (let start = 0; start < gradient.length; start += CHUNK_SIZE) {
      const { squaredNorm } = await this.normProgram.run({ gradient: gradient.subarray(start, start + CHUNK_SIZE) });
      sum += Number(squaredNorm!.data[0]);
    }
    return sum;
  }

  async apply(state: TrainingState, gradient: Float32Array, { start, end }: { start: number; end: number }, values: Readonly<Record<string, number>>): Promise<void> {
    const scalars = Object.fromEntries(this.optimizer.scalars.map((name) => [name, Float32Array.of(values[name]!)]));
    for (let at = start; at < end; at += CHUNK_SIZE) {
      const chunk = (whole: Float32Array): Float32Array => whole.subarray(at, at + CHUNK_SIZE);
      const inPlace = { parameter: chunk(state.parameters.flat), ...Object.fromEntries(Object.entries(state.slots).map(([name, slot]) => [name, chunk(slot)])) };
      await this.program.run({ ...inPlace, gradient: chunk(gradient), ...scalars }, asOutputs(inPlace));
    }
  }

  async dispose(): Promise<void> {
    await this.program.dispose();
    await this.normProgram.dispose();
  }
}
