import { type Backend, type EngineMemory, type Feeds, memoryOf } from "@bort/graph";
import { type NotFinite } from "./first-not-finite.js";
import { type GradientHook, GradientHookProgram } from "./gradient-hook.js";
import { type LossGraph } from "./gradient-graph.js";
import { GradientPrograms, type GradientSource } from "./gradient-programs.js";
import { disposeAll, holding } from "./holding.js";
import { type MicroBatch } from "./micro-batches.js";
import { NnError } from "./nn-error.js";
import { NotFiniteError } from "./not-finite-error.js";
import { compileUpdate } from "./optimizer/compile-update.js";
import { type Optimizer } from "./optimizer/optimizer.js";
import { type UpdateProgram } from "./optimizer/update-program.js";
import { type UpdateHook } from "./optimizer/update-tail.js";
import { type ParameterStore } from "./parameter-store.js";
import { SquaredNorm } from "./squared-norm.js";
import { type TrainingState } from "./training-state.js";

export interface TrainerOptions extends UpdateOptions {
  /** The objective, or, where batches come in several lengths, the objective for each. */
  readonly graph: LossGraph | ((length: number) => LossGraph);
  /** Computes what lies within a layer again for the backward pass, in place of holding it: a step takes less memory and longer. Default false. */
  readonly recompute?: boolean;
}

/** What is trained, and what is done with gradients wherever they come from. */
export interface UpdateOptions {
  readonly backend: Backend;
  /** What is trained, in groups as the store is laid out; see `ParameterStore.regrouped`. */
  readonly parameters: ParameterStore;
  readonly optimizer: Optimizer;
  /** Largest global norm of the gradient; a longer one is scaled down to it. Default 1. */
  readonly maxGradientNorm?: number;
  /** Changes gradients before they are clipped. Default: none. */
  readonly gradientHook?: GradientHook;
  /** Changes what the optimizer makes of the parameters. Default: none. */
  readonly updateHook?: UpdateHook;
  /**
   * Factor of the loss while it is differentiated, by the number of the step from 0; gradients are divided by it. Powers of two change no bit where
   * nothing over- or underflows. It is asked at every attempt: a step that was not finite may be tried again with another. Default: none.
   */
  readonly lossScale?: (step: number) => number;
  /** Keeps an exponential moving average of the weights with this decay, from 0 to below 1; see `averagedParameters`. Default: none. */
  readonly averageDecay?: number;
  /** Whether a step that is not finite is run again to find the first op that is not. Default true. */
  readonly diagnose?: boolean;
}

export interface StepResult {
  readonly loss: number;
  /** Every scalar of the graph, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Global norm of the gradient before clipping. */
  readonly gradientNorm: number;
}

interface Programs {
  readonly gradients: GradientSource;
  readonly gradientHook: GradientHookProgram | null;
  readonly squaredNorm: SquaredNorm;
  readonly update: UpdateProgram;
}

/** One model in training: a gradient program and an optimizer program over one flat parameter store. */
export class Trainer {
  readonly state: TrainingState;

  private constructor(private readonly options: UpdateOptions, private readonly programs: Programs) {
    const { backend, parameters, optimizer, averageDecay } = options;
    const { trainedSize, size } = parameters.layout;
    const memory = memoryOf(backend);
    if (backend.memory !== undefined) parameters.moveTo(memory.allocate(size));
    const slots = Object.fromEntries(optimizer.slots.map((name) => [name, memory.allocate(trainedSize)]));
    const average = averageDecay === undefined ? {} : { average: copyOf(parameters.flat.subarray(0, trainedSize), memory) };
    this.state = { parameters, slots, ...average, step: 0, loss: Number.NaN, seconds: 0, tokens: 0 };
  }

  /** @throws NnError `nn/bad-option` */
  static async create(options: TrainerOptions): Promise<Trainer> {
    const { lossScale, recompute = false } = options;
    checkOptions(options);
    return Trainer.over(new GradientPrograms({ ...options, lossScaled: lossScale !== undefined, recompute }), options);
  }

  /**
   * A trainer that takes gradients of those parameters from elsewhere than one graph, and disposes of the source with itself, or where it cannot be made.
   *
   * @throws NnError `nn/bad-option`
   */
  static over(gradients: GradientSource, options: UpdateOptions): Promise<Trainer> {
    return holding(async (hold) => {
      hold(gradients);
      checkOptions(options);
      const { backend, parameters: { layout }, gradientHook } = options;
      return new Trainer(options, {
        gradients, squaredNorm: hold(await SquaredNorm.compile(backend, layout.chunkSize)),
        gradientHook: gradientHook === undefined ? null : hold(await GradientHookProgram.compile(backend, gradientHook, layout)),
        update: hold(await compileUpdate({ ...options, chunkSize: layout.chunkSize })),
      });
    });
  }

  /**
   * One step: gradients of the loss on a batch (of the given length, where the objective depends on it), clipping, update.
   *
   * Of several micro-batches the step takes the mean by their weights: loss sum w_i l_i / sum w_i, gradient sum w_i g_i / sum w_i. That is the loss of
   * the one big batch where each l_i is a mean over places and w_i the number of places.
   *
   * @throws NotFiniteError where the loss or a gradient is not finite, NnError `nn/bad-option` where the learning rate is not or is negative; the
   * parameters are then those before the step.
   */
  async step(batch: Feeds | readonly MicroBatch[], learningRate: number, length = 0): Promise<StepResult> {
    const { state, programs: { squaredNorm, update } } = this;
    const { maxGradientNorm = 1 } = this.options;
    if (!(learningRate >= 0 && Number.isFinite(learningRate))) {
      throw new NnError("nn/bad-option", `nn: a learning rate must be a number from 0, got ${learningRate} for step ${state.step + 1}; correct the schedule`);
    }
    const batches = microBatches(batch, length);
    const lossScale = this.#lossScale();
    const metrics = await this.#differentiate(batches, lossScale);
    const gradientNorm = Math.sqrt(await squaredNorm.of(this.gradient));
    const loss = metrics["loss"]!;
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw new NotFiniteError({ step: state.step + 1, loss, gradientNorm, learningRate, ...(await this.#diagnosis(batches, lossScale)) });
    }
    state.step++;
    state.loss = loss;
    await update.apply(state, this.gradient, { learningRate, gradientScale: Math.min(1, maxGradientNorm / (gradientNorm + 1e-6)) });
    return { loss, metrics, gradientNorm };
  }

  /** The gradient of the last batch in the layout's order, before clipping; LAMB, after its step, leaves directions in its place. */
  get gradient(): Float32Array {
    return this.programs.gradients.gradients.flat;
  }

  /** The loss of a batch and, in `gradient`, its gradient where the parameters are now, as {@link step} would compute them; no step is taken. */
  async differentiate(batch: Feeds | readonly MicroBatch[], length = 0): Promise<number> {
    const metrics = await this.#differentiate(microBatches(batch, length), this.#lossScale());
    return metrics["loss"]!;
  }

  async dispose(): Promise<void> {
    const { gradients, gradientHook, squaredNorm, update } = this.programs;
    try {
      await disposeAll([gradients, gradientHook, update, squaredNorm]);
    } finally {
      this.#leaveEngineMemory();
    }
  }

  /** The parameters outlive the engine, and so does the state. */
  #leaveEngineMemory(): void {
    const { memory } = this.options.backend;
    if (memory === undefined) return;
    const { parameters, slots, average } = this.state;
    memory.free(parameters.moveTo(new Float32Array(parameters.flat.length)));
    for (const [name, slot] of Object.entries(slots)) {
      (slots as Record<string, Float32Array>)[name] = slot.slice();
      memory.free(slot);
    }
    if (average !== undefined) {
      Object.assign(this.state, { average: average.slice() });
      memory.free(average);
    }
  }

  async #differentiate(batches: readonly MicroBatch[], lossScale: number): Promise<Record<string, number>> {
    const { gradients, gradientHook } = this.programs;
    const metrics = await gradients.run(batches, lossScale);
    await gradientHook?.apply(gradients.gradients, this.state.parameters);
    return metrics;
  }

  #lossScale(): number {
    const scale = this.options.lossScale?.(this.state.step) ?? 1;
    if (!(scale > 0 && scale < Infinity)) throw new NnError("nn/bad-option", `nn: a loss scale must be a number above 0, got ${scale} for step ${this.state.step + 1}`);
    return scale;
  }

  /** The first value that is not finite: in the loss and its gradients, else in what the hook makes of them. */
  async #diagnosis(batches: readonly MicroBatch[], lossScale: number): Promise<{ first?: NotFinite | null; cause?: unknown }> {
    const { gradients, gradientHook } = this.programs;
    const { backend, parameters, diagnose = true } = this.options;
    if (!diagnose) return {};
    try {
      const first = await gradients.firstNotFinite(batches, lossScale);
      if (first !== null || gradientHook === null) return { first };
      await gradients.run(batches, lossScale);
      return { first: await gradientHook.firstNotFinite(backend, gradients.gradients, parameters) };
    } catch (cause) {
      return { cause };
    }
  }
}

function copyOf(values: Float32Array, memory: EngineMemory): Float32Array {
  const copy = memory.allocate(values.length);
  copy.set(values);
  return copy;
}

const microBatches = (batch: Feeds | readonly MicroBatch[], length: number): MicroBatch[] =>
  isFeeds(batch) ? [{ feeds: batch, length }] : batch.map((micro) => ({ length, ...micro }));

const isFeeds = (batch: Feeds | readonly MicroBatch[]): batch is Feeds => !Array.isArray(batch);

function checkOptions({ maxGradientNorm = 1, averageDecay = 0, parameters: { layout } }: UpdateOptions): void {
  if (!(maxGradientNorm > 0)) throw new NnError("nn/bad-option", `nn: the largest gradient norm must be positive, got ${maxGradientNorm}; use Infinity for no clipping`);
  if (!(averageDecay >= 0 && averageDecay < 1)) throw new NnError("nn/bad-option", `nn: the decay of the average must be a number from 0 to below 1, got ${averageDecay}`);
  if (layout.groups.length === 0) throw new NnError("nn/bad-option", `nn: training needs a parameter that is not frozen, got ${layout.specs.length} that are; leave some to train`);
}
