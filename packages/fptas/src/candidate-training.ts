import { type EncoderArch, parameterCount } from "@bort/arch";
import { type MlmBatch, type MlmBatches } from "@bort/data";
import { type Backend, type Feeds, parameter } from "@bort/graph";
import {
  type LossGraph, type MicroBatch, type MlmModel, type MlmShape, NnError, Trainer, createModel, lastLayerCrossEntropy, microBatches, mlmFeeds, mlmLossGraph, mlmNodes,
  schedule, sgd, totalWeight,
} from "@bort/nn";
import { setImmediate } from "node:timers/promises";
import { type ErrorContext } from "./objectives.js";
import { StepObserver } from "./step-observer.js";
import { TeacherLogits } from "./teacher-logits.js";

/** One member of Theta: how a candidate is trained for its surrogate error. */
export interface CandidateHyperparameters {
  /** Of stochastic gradient descent, after warm-up. */
  readonly learningRate: number;
  /** Share of the steps over which the rate rises; floor(warmupRatio * steps) steps. */
  readonly warmupRatio: number;
}

/** Bort's single hyperparameter set (section 3.3); its batch was 1,024 sequences of 512 tokens. */
export const bortHyperparameters: CandidateHyperparameters = { learningRate: 5e-4, warmupRatio: 0.05 };

/**
 * What e^ is once a candidate is trained: its cross-entropy to the teacher's last layer on the held-out batches, or on the last batch that it trained on, before
 * that step; or its own loss on the held-out batches, in predicting the masked tokens.
 */
export type SurrogateError = "held-out" | "last-batch" | "task";

export interface CandidateTrainingOptions {
  readonly backend: Backend;
  /** The maximum point T: a pre-trained masked language model. */
  readonly teacher: MlmModel;
  readonly shape: MlmShape;
  /** Batches of `shape`, the same ones for every candidate; those of another seed follow on those of the one before. */
  readonly train: MlmBatches;
  /** Batches of `shape` that the surrogate error is measured on. */
  readonly heldOut: readonly MlmBatch[];
  /** Default `held-out`, Bort's. */
  readonly surrogate?: SurrogateError;
  /** n: training steps of a candidate, unless the search decides them. */
  readonly steps: number;
  /** Of the fresh parameters of a candidate; its k-th training has the k-th seed from here. */
  readonly seed: number;
  readonly maxGradientNorm: number;
  /** Batches of a step, run one after the other; the gradient is that of one batch of all their sequences. Default 1. */
  readonly accumulate?: number;
  /** Which steps are looked at closely, for the certificate: they take about twice the time. Every step tells its loss and its gradient's norm. Default: none. */
  readonly observe?: ObserveOptions;
  /** Where processes on the same engine and threads that train candidates of one teacher share its logits. Default: this process keeps its own in memory alone. */
  readonly logitsFolder?: string;
}

export interface ObserveOptions {
  /** Steps 1, 1 + every, 1 + 2 every, ... of a candidate. Default 1: all. */
  readonly every?: number;
  /** Candidates of more parameters, without heads, are left alone. Default: no limit. */
  readonly mostParameters?: number;
}

/** Trains candidates towards the teacher's last layer, each on the same batches. */
export class CandidateTraining {
  readonly #teacherLogits: TeacherLogits;

  constructor(private readonly options: CandidateTrainingOptions) {
    this.#teacherLogits = new TeacherLogits(options);
  }

  /** The surrogate error after training from fresh parameters; NaN where training diverged. */
  async error(arch: EncoderArch, { learningRate, warmupRatio }: CandidateHyperparameters, { signal, onStep, seed = 0, steps = this.options.steps }: ErrorContext): Promise<number> {
    const { backend, maxGradientNorm, surrogate } = this.options;
    const model = createModel(arch, { kind: "mlm" } as const, this.options.seed + seed);
    const rate = schedule("constant", { learningRate, steps, warmupRatio });
    const trainer = await Trainer.create({ backend, parameters: model.parameters, graph: this.#graph(arch), optimizer: sgd(), maxGradientNorm, diagnose: false });
    try {
      const observer = new StepObserver(trainer, this.#observeEvery(arch));
      let last = Number.NaN;
      for (let step = 0; step < steps; step++) {
        signal.throwIfAborted();
        const observation = await observer.step(await this.#batchesOf(seed * steps + step), rate(step));
        last = observation.loss;
        onStep({ step: step + 1, steps, loss: last, observation });
        await setImmediate();
      }
      return surrogate === "last-batch" ? last : await this.#heldOutLoss(model, signal);
    } catch (error) {
      if (error instanceof NnError && error.code === "nn/not-finite") return Number.NaN;
      throw error;
    } finally {
      await trainer.dispose();
    }
  }

  dispose(): Promise<void> {
    return this.#teacherLogits.dispose();
  }

  #observeEvery(arch: EncoderArch): number {
    const { observe } = this.options;
    if (observe === undefined || parameterCount(arch).total > (observe.mostParameters ?? Infinity)) return Infinity;
    return observe.every ?? 1;
  }

  #batchesOf(step: number): Promise<MicroBatch[]> {
    const { train, accumulate = 1 } = this.options;
    return microBatches(step, accumulate, (at) => {
      const batch = train.at(at);
      return { feeds: () => this.#feeds(batch), weight: totalWeight(batch.weights) };
    });
  }

  async #heldOutLoss(model: MlmModel, signal: AbortSignal): Promise<number> {
    const { backend, surrogate, shape } = this.options;
    const ofTask = surrogate === "task";
    const program = await backend.compile(ofTask ? mlmLossGraph(model.arch, shape) : this.#graph(model.arch));
    try {
      let [sum, places] = [0, 0];
      for (const batch of this.options.heldOut) {
        signal.throwIfAborted();
        const weight = totalWeight(batch.weights);
        if (weight === 0) continue;
        const { loss } = await program.run({ ...model.parameters.views, ...(ofTask ? mlmFeeds(batch) : await this.#feeds(batch)) });
        sum += weight * Number(loss!.data[0]);
        places += weight;
      }
      return sum / places;
    } finally {
      await program.dispose();
    }
  }

  #graph(arch: EncoderArch): LossGraph {
    const { logits, weights } = mlmNodes(arch, this.options.shape);
    return { loss: lastLayerCrossEntropy({ student: logits, teacher: parameter("teacherLogits", logits.shape), weights }) };
  }

  async #feeds(batch: MlmBatch): Promise<Feeds> {
    const { ids, positions, weights } = batch;
    return { ids, positions, weights, teacherLogits: await this.#teacherLogits.of(batch) };
  }
}
