import { type Feeds, type Node, parameter } from "@bort/graph";
import { type ParameterGroup } from "../parameter-layout.js";
import { type TrainingState } from "../training-state.js";
import { type Optimizer, type UpdateInputs, type UpdateMoment } from "./optimizer.js";

/** An optimizer's rule compiled for one chunk, and run over all of them in place. */
export interface UpdateProgram {
  /** Takes update number `state.step`. What is in `gradient` afterwards is of no use. */
  apply(state: TrainingState, gradient: Float32Array, moment: Pick<UpdateMoment, "learningRate" | "gradientScale">): Promise<void>;
  dispose(): Promise<void>;
}

/** The nodes that a rule is written in terms of. */
export const updateInputs = ({ slots, scalars }: Optimizer, chunkSize: number): UpdateInputs => ({
  parameter: parameter("parameter", [chunkSize]),
  gradient: parameter("gradient", [chunkSize]),
  slots: Object.fromEntries(slots.map((name): [string, Node] => [name, parameter(name, [chunkSize])])),
  scalars: Object.fromEntries(scalars.map((name): [string, Node] => [name, parameter(name, [])])),
});

/** The optimizer's scalars for one group, as feeds. */
export function scalarFeeds(optimizer: Optimizer, moment: UpdateMoment): Feeds {
  const values = optimizer.scalarsAt(moment);
  return Object.fromEntries(optimizer.scalars.map((name) => [name, Float32Array.of(values[name]!)]));
}

/** Where the chunks of a group begin. */
export const chunksOf = ({ start, end }: ParameterGroup, chunkSize: number): number[] =>
  Array.from({ length: (end - start) / chunkSize }, (_, i) => start + i * chunkSize);

/** The part of every vector that belongs to the chunk at `at`. */
export const chunkOf = (vectors: Readonly<Record<string, Float32Array>>, at: number, chunkSize: number): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(vectors).map(([name, whole]) => [name, whole.subarray(at, at + chunkSize)]));
