import { type FineTuningSet, timaeusExecutor, type TimaeusOptions, type TimaeusResult, type TimaeusStep, type TimaeusTask } from "@bort/agora";
import { type EngineBackend } from "@bort/backend";
import { checkDropout, dropoutEverywhere } from "@bort/nn";
import { processExecutor, type TrialExecutor } from "@bort/trials";
import { type TimaeusInput } from "./agora-process.js";
import { usageError } from "./cli-error.js";
import { choice, decimal, described, integer, type Option, type OptionValues, withDefault } from "./options.js";

// A type, not an interface: a table of options is indexed by any name.
export type TimaeusFlags = {
  readonly epochs: Option<number>;
  readonly "batch-size": Option<number>;
  readonly "max-length": Option<number>;
  readonly dropout: Option<number | undefined>;
  readonly schedule: Option<"constant" | "linear" | "noam">;
  readonly workers: Option<number | undefined>;
  readonly "training-time-limit": Option<number | undefined>;
};

/** How Timaeus is trained, whatever the hyperparameter set. */
export const timaeusOptions: TimaeusFlags = {
  epochs: withDefault(integer("passes over the data of a training", 1), 3),
  "batch-size": withDefault(integer("examples in a batch", 1), 16),
  "max-length": withDefault(integer("tokens of an example that are read, at most as many as the model reads", 3), 128),
  dropout: described(decimal("share of embeddings, attention weights and layers' outputs that training drops at random"), "0; Bort has 0.1"),
  schedule: withDefault(choice(["linear", "noam", "constant"], "how the learning rate goes on after the warm-up"), "linear"),
  workers: described(integer("trainings at a time, each in a process of its own with its share of the threads", 1), "one after another in this process"),
  "training-time-limit": described(integer("seconds after which a training has failed; needs --workers", 1), "none"),
};

export interface TimaeusTrainings {
  readonly executor: TrialExecutor<TimaeusTask<FineTuningSet>, TimaeusStep, TimaeusResult>;
  /** Threads of a training. */
  readonly threads: number;
}

/** Throws, before any work, CliError `cli/usage` for a limit that nothing could keep, NnError `nn/bad-option` for a dropout that cannot be. */
export function checkTimaeus({ workers, dropout = 0, "training-time-limit": limit }: OptionValues<TimaeusFlags>): void {
  checkDropout(dropoutEverywhere(dropout));
  if (limit !== undefined && workers === undefined) throw usageError("--training-time-limit needs --workers: only a training in a process of its own can be ended");
}

/** What trains Timaeus: this process, or as many as the options ask for. `options` have the backend of this process, `folder` the pre-trained model. */
export function timaeusTrainings(
  { workers, "training-time-limit": limit }: OptionValues<TimaeusFlags>, options: Omit<TimaeusOptions, "backend"> & { readonly backend: EngineBackend }, folder: string,
): TimaeusTrainings {
  const { backend, model, tokenizer, ...plain } = options;
  if (workers === undefined) return { executor: timaeusExecutor(options), threads: backend.threads };
  const threads = Math.max(1, Math.floor(backend.threads / workers));
  const input: TimaeusInput = { ...plain, engine: backend.engine, model: folder };
  const module = new URL("./agora-process.js", import.meta.url); // Beside the program in `dist`, where everything else is in one folder too.
  return { executor: processExecutor({ module, exportName: "makeTimaeus", input, workers, threads, ...(limit !== undefined && { timeLimitMs: 1000 * limit }) }), threads };
}

/** What the options say to a training, beside data and models. */
export function trainingSettings({ epochs, dropout, schedule, "batch-size": batchSize }: OptionValues<TimaeusFlags>): Pick<TimaeusOptions, "batchSize" | "dropout" | "epochs" | "schedule"> {
  return { epochs, batchSize, schedule, ...(dropout !== undefined && { dropout: dropoutEverywhere(dropout) }) };
}
