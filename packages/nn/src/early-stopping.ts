import { NnError } from "./nn-error.js";
import { type BestWeights, type TrainingState, type Watch } from "./training-state.js";

/** When to stop for want of improvement. Every evaluation counts, the one before the first step too. */
export interface EarlyStopping {
  /** The metric of evaluations that is watched. */
  readonly metric: string;
  /** Whether it should fall or rise. */
  readonly mode: "min" | "max";
  /** Evaluations in a row without improvement that end training. */
  readonly patience: number;
  /** An improvement is more than this. Default 0. */
  readonly minDelta?: number;
  /** Whether the run ends with the weights of the best evaluation, however it ends; one that is interrupted does not. Default true. */
  readonly restoreBest?: boolean;
}

/** The best evaluation of a run. */
export type BestEvaluation = Pick<BestWeights, "step" | "metrics">;

/** Watches a run's evaluations. What it knows is part of the training state, so that a resumed run stops where an uninterrupted one does. */
export class EarlyStop {
  readonly #options: Required<EarlyStopping>;
  readonly #state: TrainingState;

  /** @throws NnError `nn/bad-option` */
  constructor(options: EarlyStopping, state: TrainingState) {
    this.#options = { minDelta: 0, restoreBest: true, ...options };
    this.#state = state;
    const { patience, minDelta } = this.#options;
    if (!Number.isSafeInteger(patience) || patience < 1) throw new NnError("nn/bad-option", `nn: the patience must be a whole number of evaluations from 1, got ${patience}`);
    if (!(minDelta >= 0 && minDelta < Infinity)) throw new NnError("nn/bad-option", `nn: the least improvement must be a number from 0, got ${minDelta}`);
  }

  /** Takes in an evaluation of the present weights, once for each step; @throws NnError `nn/bad-option` where it lacks the metric */
  observe(metrics: Readonly<Record<string, number>>): void {
    const { step } = this.#state;
    const value = this.#valueIn(metrics);
    const { waited, lastStep, best }: Watch = this.#state.watch ?? { waited: 0, lastStep: -1 };
    if (step === lastStep) return;
    this.#state.watch = this.#improves(value, best)
      ? { waited: 0, lastStep: step, best: { step, metrics, ...copiesOf(this.#state) } }
      : { waited: waited + 1, lastStep: step, ...(best !== undefined && { best }) };
  }

  /** Whether the patience is at its end. */
  get isOver(): boolean {
    return (this.#state.watch?.waited ?? 0) >= this.#options.patience;
  }

  /** Why training stops, in words. */
  get reason(): string {
    const { metric, mode, minDelta, patience } = this.#options;
    const best = this.best;
    const margin = minDelta === 0 ? "" : ` by more than ${minDelta}`;
    const goal = best === undefined ? "was not finite" : `did not ${mode === "min" ? "fall below" : "rise above"} ${best.metrics[metric]!} (step ${best.step})${margin}`;
    return `${metric} ${goal} in ${patience} evaluation${patience === 1 ? "" : "s"}`;
  }

  /** The best evaluation so far; none where no value was a finite number. */
  get best(): BestEvaluation | undefined {
    const best = this.#state.watch?.best;
    return best && { step: best.step, metrics: best.metrics };
  }

  /** Puts the best weights in place of the present ones, where that is asked for; gives their evaluation. */
  restore(): BestEvaluation | undefined {
    const { parameters, average, watch } = this.#state;
    if (!this.#options.restoreBest || watch?.best === undefined) return undefined;
    parameters.flat.set(watch.best.parameters);
    if (average !== undefined && watch.best.average !== undefined) average.set(watch.best.average);
    return this.best;
  }

  #valueIn(metrics: Readonly<Record<string, number>>): number {
    const { metric } = this.#options;
    const value = metrics[metric];
    if (value !== undefined) return value;
    throw new NnError("nn/bad-option", `nn: early stopping watches "${metric}", but evaluations give ${Object.keys(metrics).join(", ") || "nothing"}; watch one of these`);
  }

  #improves(value: number, best: BestEvaluation | undefined): boolean {
    const { mode, minDelta, metric } = this.#options;
    if (best === undefined || !Number.isFinite(value)) return Number.isFinite(value); // A checkpoint holds finite numbers alone.
    const before = best.metrics[metric]!;
    return mode === "min" ? value < before - minDelta : value > before + minDelta;
  }
}

/** Of what training changes: the trained parameters, which come first, and their average. */
const copiesOf = ({ parameters, average }: TrainingState): Pick<BestWeights, "parameters" | "average"> => ({
  parameters: Float32Array.from(parameters.flat.subarray(0, parameters.layout.trainedSize)),
  ...(average !== undefined && { average: Float32Array.from(average) }),
});
