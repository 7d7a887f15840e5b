import * as op from "@bort/graph";
import { type Feeds, type Node, parameter } from "@bort/graph";
import { type TrainingState } from "../training-state.js";
import { averageShare } from "../weight-average.js";

/** A parameter's elements before and after the optimizer's update, one chunk of them: `[elements]`. */
export interface UpdateChange {
  readonly before: Node;
  readonly after: Node;
}

/**
 * Turns an update into another: gives the new parameter in place of `after`.
 *
 * It is part of the update program, which knows elements and not parameters: a chunk holds parts of several, and padding that nothing reads. So it has to
 * be element-wise.
 */
export type UpdateHook = (change: UpdateChange) => Node;

export interface UpdateTailOptions {
  /** Elements that are updated at a time. */
  readonly chunkSize: number;
  readonly updateHook?: UpdateHook;
  /** See `TrainerOptions`. */
  readonly averageDecay?: number;
}

const AVERAGE = "weights:average";
const SHARE = "weights:averageShare";

/** A graph's outputs must not have its inputs' names. */
export const asOutputs = <T>(values: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`new:${name}`, value]));

/** What becomes of a parameter's new value whatever the optimizer: the hook changes it, the average takes it in. */
export class UpdateTail {
  constructor(private readonly options: UpdateTailOptions) {}

  get chunkSize(): number {
    return this.options.chunkSize;
  }

  /** The vectors that are written, by the names of those that they replace. */
  outputs({ before, after }: UpdateChange): Record<string, Node> {
    const written = this.options.updateHook?.({ before, after }) ?? after;
    if (this.options.averageDecay === undefined) return { parameter: written };
    const average = parameter(AVERAGE, [this.chunkSize]);
    return { parameter: written, [AVERAGE]: op.add(average, op.mul(op.sub(written, average), parameter(SHARE, []))) };
  }

  /** Those vectors' elements from `at` on. */
  vectors({ parameters, average }: TrainingState, at: number): Record<string, Float32Array> {
    const chunk = (whole: Float32Array): Float32Array => whole.subarray(at, at + this.chunkSize);
    return { parameter: chunk(parameters.flat), ...(average !== undefined && { [AVERAGE]: chunk(average) }) };
  }

  scalarsAt(update: number): Feeds {
    const { averageDecay } = this.options;
    return averageDecay === undefined ? {} : { [SHARE]: Float32Array.of(averageShare(averageDecay, update)) };
  }
}
