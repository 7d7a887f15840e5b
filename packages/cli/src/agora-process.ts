import { type FineTuningSet, type TimaeusOptions, type TimaeusResult, type TimaeusStep, type TimaeusTask, trainTimaeus } from "@bort/agora";
import { createBackend, type EngineName } from "@bort/backend";
import { loadEncoder } from "@bort/nn";
import { type TrialCall } from "@bort/trials";

/** What the trainings of a run have in common, as plain data. */
export interface TimaeusInput extends Omit<TimaeusOptions, "backend" | "model" | "tokenizer"> {
  readonly engine: EngineName;
  /** Folder of the pre-trained model. */
  readonly model: string;
}

/** One training of `bort agora --workers` in a process of its own. */
export async function* makeTimaeus(
  { task, input, threads }: TrialCall<TimaeusTask<FineTuningSet>, TimaeusInput>, { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<TimaeusStep, TimaeusResult, void> {
  const { engine, model: folder, ...options } = input;
  const backend = await createBackend({ engine, threads });
  try {
    return yield* trainTimaeus(task, { ...options, ...loadEncoder(folder), backend }, signal);
  } finally {
    await backend.close();
  }
}
