import { type NotFinite } from "./first-not-finite.js";
import { NnError } from "./nn-error.js";

/** What is known of a step that gave a loss or a gradient that is not finite. */
export interface NotFiniteStep {
  /** Number of the step that was not taken, from 1. */
  readonly step: number;
  readonly loss: number;
  /** Global norm of the gradient. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** The first value that is not finite; `null` where a rerun met none, absent where there was no rerun or it failed. */
  readonly first?: NotFinite | null;
  /** The last checkpoint of the run. */
  readonly checkpoint?: { readonly folder: string; readonly step: number };
  /** Why the rerun failed. */
  readonly cause?: unknown;
}

/** Training stopped at a loss or gradient that is not finite: its code is `nn/not-finite`. */
export class NotFiniteError extends NnError {
  constructor(readonly details: NotFiniteStep) {
    super("nn/not-finite", messageOf(details));
    if (details.cause !== undefined) this.cause = details.cause;
  }

  get step(): number {
    return this.details.step;
  }

  get loss(): number {
    return this.details.loss;
  }

  /** The first value that is not finite; see {@link NotFiniteStep}. */
  get first(): NotFinite | null | undefined {
    return this.details.first;
  }

  /** The same error, with the checkpoint that is left. */
  withCheckpoint(checkpoint: { readonly folder: string; readonly step: number }): NotFiniteError {
    return new NotFiniteError({ ...this.details, checkpoint });
  }
}

function messageOf(details: NotFiniteStep): string {
  const { step, loss, gradientNorm, learningRate, checkpoint } = details;
  const kept = checkpoint === undefined ? "" : ` and the checkpoint of step ${checkpoint.step} is kept in ${checkpoint.folder}`;
  return [
    `nn: step ${step} gave loss ${loss} and gradient norm ${gradientNorm}`,
    ...whereOf(details),
    `the step was not taken${kept}`,
    `lower the learning rate (now ${learningRate}) or lengthen the warm-up`,
  ].join("; ");
}

function whereOf({ loss, first, cause }: NotFiniteStep): string[] {
  if (cause !== undefined) return [`looking for the op failed (${cause instanceof Error ? cause.message : String(cause)})`];
  if (first === undefined) return [];
  if (first === null) return [Number.isFinite(loss) ? "every value is finite, but not the sum of the gradient's squares" : "run again op by op every value was finite"];
  const at = `element ${first.element} is ${first.value}`;
  return [first.input === undefined ? `first not finite: ${at} in ${first.node}` : `the input "${first.input}" is not finite: ${at}`];
}
