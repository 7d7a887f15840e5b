import { createBackend, type EngineName } from "@bort/backend";
import { openPreparedCorpus } from "@bort/data";
import { type CandidateHyperparameters, type ObserveOptions, type SurrogateError, type TrainingStep, searchExecutor, type TrainingTask } from "@bort/fptas";
import { loadMlmModel, type MlmShape } from "@bort/nn";
import { type TrialCall } from "@bort/trials";
import { candidateObjectives } from "./candidate-objectives.js";

/** What the trials of a run have in common. */
export interface TrialInput {
  readonly engine: EngineName;
  /** Folder of the teacher. */
  readonly teacher: string;
  /** Folder of the run's tokens. */
  readonly corpus: string;
  /** Where trials share the teacher's logits. */
  readonly logitsFolder: string;
  readonly shape: MlmShape;
  readonly steps: number;
  readonly seed: number;
  readonly surrogate: SurrogateError;
  readonly observe: ObserveOptions;
}

/** One training of `bort extract --workers` in a process of its own, with the objectives that the command itself has. */
export async function* makeTrial(
  { task, input, threads }: TrialCall<TrainingTask<CandidateHyperparameters>, TrialInput>, context: { readonly signal: AbortSignal },
): AsyncGenerator<TrainingStep, number, void> {
  const { engine, shape, steps, seed, surrogate, observe, logitsFolder } = input;
  const { model: teacher, tokenizer } = loadMlmModel(input.teacher);
  const corpus = openPreparedCorpus(input.corpus, tokenizer);
  const backend = await createBackend({ engine, threads });
  try {
    const objectives = await candidateObjectives({ backend, teacher, corpus, shape, steps, seed, surrogate, observe, logitsFolder, latency: "flops" });
    for await (const report of searchExecutor(objectives).run([{ id: 0, task }], context)) {
      if (report.type === "progress") yield report.progress;
      if (report.type === "finished") return report.result;
    }
    return Number.NaN;
  } finally {
    await backend.close();
    corpus.close();
  }
}
