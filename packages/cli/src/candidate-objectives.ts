import { type PreparedCorpus } from "@bort/data";
import { type TrainingObjectives, type TrainingObjectivesOptions, trainingObjectives } from "@bort/fptas";
import { batchesOf } from "./run-corpus.js";

/** Held-out batches that the surrogate error is measured on, at most. */
const HELD_OUT_BATCHES = 4;

export interface CandidateObjectivesOptions extends Pick<TrainingObjectivesOptions, "backend" | "teacher" | "shape" | "steps" | "latency" | "accounting" | "surrogate" | "observe" | "logitsFolder" | "onLatencies"> {
  readonly corpus: PreparedCorpus;
  readonly seed: number;
}

/** The surrogates of a search over the tokens of a run; throws what `batchesOf` and `trainingObjectives` throw. */
export function candidateObjectives({ corpus, ...options }: CandidateObjectivesOptions): Promise<TrainingObjectives> {
  const { train, validation: heldOut } = batchesOf(corpus, options.shape, options.seed, HELD_OUT_BATCHES);
  return trainingObjectives({ ...options, train, heldOut });
}
