import { archOf } from "@bort/arch";
import { type PreparedCorpus, firstEpoch, mlmBatches, validationBatches } from "@bort/data";
import { demo, extract, openTrialLog, trainingObjectives } from "@bort/fptas";
import { type Backend } from "@bort/graph";
import { type MlmModel, createModel } from "@bort/nn";
import { type CandidateKind } from "./candidate-kinds.js";
import { growingSpace } from "./growing-space.js";
import { timedBackend } from "./timed-backend.js";

/** What a search cost. */
export interface SearchCost {
  /** |Xi|. */
  readonly spaceSize: number;
  readonly epsilon: number;
  readonly trials: number;
  /** From its first statement to the end of its last, the measuring of latencies and the trial log included. */
  readonly seconds: number;
  /** Those during which a call of the backend was under way: compiling, running, or giving memory back. */
  readonly insideSeconds: number;
  /** (seconds - insideSeconds) / seconds. */
  readonly outsideShare: number;
}

export interface SearchCostOptions {
  readonly backend: Backend & { readonly threads?: number };
  readonly corpus: PreparedCorpus;
  /** Where the trial log is begun. */
  readonly log: string;
  readonly kind: CandidateKind;
  /** |Xi|: one of `spaceSizes`. */
  readonly spaceSize: number;
  readonly epsilon: number;
}

/** Held-out batches of the surrogate error, as the command line has them. */
const HELD_OUT_BATCHES = 4;

/** Runs a search with real trainings, measured latencies and a trial log, and times what of it is spent in the backend. */
export async function measureSearchCost({ backend, corpus, log: path, kind, spaceSize, epsilon }: SearchCostOptions): Promise<SearchCost> {
  const timed = timedBackend(backend);
  const teacher = teacherOf(kind, corpus);
  const start = performance.now();
  const { shape, sizes, steps } = kind;
  const { tokenizer } = corpus;
  const objectives = await trainingObjectives({
    backend: timed, teacher, shape, steps,
    train: mlmBatches(corpus.train, { ...shape, seed: 0, tokenizer }), heldOut: firstEpoch(validationBatches(corpus.validation, { ...shape, tokenizer }), HELD_OUT_BATCHES),
  });
  const log = await openTrialLog(path, { spaceSize, epsilon, steps });
  let trials = 0;
  try {
    const { hyperparameters } = demo.search;
    for await (const event of extract({ space: growingSpace(spaceSize, sizes), maximumPoint: await objectives.maximumPoint(), epsilon, hyperparameters, objectives })) {
      await log.record(event);
      if (event.type === "trial") trials++;
    }
  } finally {
    await log.close();
    await objectives.dispose();
  }
  const [seconds, insideSeconds] = [(performance.now() - start) / 1000, timed.insideMs() / 1000];
  return { spaceSize, epsilon, trials, seconds, insideSeconds, outsideShare: (seconds - insideSeconds) / seconds };
}

/** Its weights are fresh: what a search costs does not depend on what the teacher knows. */
function teacherOf({ teacher, shape }: CandidateKind, { tokenizer }: PreparedCorpus): MlmModel {
  const frame = { vocabSize: tokenizer.vocabSize, positions: shape.sequenceLength, activation: "geluTanh", padTokenId: tokenizer.special.pad } as const;
  return createModel(archOf(teacher, frame), { kind: "mlm" } as const, 0);
}
