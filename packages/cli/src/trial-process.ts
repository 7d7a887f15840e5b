import { createBackend, type EngineName } from "@bort/backend";
import { openPreparedCorpus } from "@bort/data";
import { type CandidateHyperparameters, inProcessExecutor, type ObserveOptions, type TrainingStep, type TrialTask } from "@bort/fptas";
import { loadMlmModel, type MlmShape } from "@bort/nn";
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
  readonly observe: ObserveOptions;
}

/** One trial of `bort extract --workers` in a process of its own, with the objectives that the command itself has. */
export async function* makeTrial(
  { trial, input, threads }: TrialTask<CandidateHyperparameters, TrialInput>, context: { readonly signal: AbortSignal },
): AsyncGenerator<TrainingStep, number, void> {
  const { engine, shape, steps, seed, observe, logitsFolder } = input;
  const { model: teacher, tokenizer } = loadMlmModel(input.teacher);
  const corpus = openPreparedCorpus(input.corpus, tokenizer);
  const backend = await createBackend({ engine, threads });
  try {
    const objectives = await candidateObjectives({ backend, teacher, corpus, shape, steps, seed, observe, logitsFolder, latency: "flops" });
    for await (const report of inProcessExecutor(objectives).run([trial], context)) {
      if (report.type === "progress") yield report.step;
      if (report.type === "finished") return report.error;
    }
    return Number.NaN;
  } finally {
    await backend.close();
    corpus.close();
  }
}
