import { type MlmBatch } from "@bort/data";
import { type Feeds } from "@bort/graph";
import { type TeacherView } from "./distillation-term.js";

/** A teacher in one student's graph: what the terms ask of it while the graph is built, and the values of that on a batch. */
export interface TeacherInputs {
  readonly view: TeacherView;
  /** `index`: the number of the batch among those trained on, from 0. */
  feeds(batch: MlmBatch, index: number): Promise<Feeds>;
  dispose(): Promise<void>;
}
