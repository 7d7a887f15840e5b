import { examplesIfThere } from "@bort/bench";
import { type TextExample, type TextTask, balanced } from "@bort/data";
import { usageError } from "./cli-error.js";
import { type FindModelContext } from "./find-model.js";
import { type Option, type OptionValues, flag } from "./options.js";
import { type TaskOptions, taskOf, taskOptions } from "./task-options.js";

// A type, not an interface: a table of options is indexed by any name.
export type FinetuneTaskOptions = TaskOptions & { readonly balance: Option<boolean> };

/** Which task to learn, and from how many of its examples. */
export const finetuneTaskOptions: FinetuneTaskOptions = {
  ...taskOptions(),
  balance: flag("leave out training examples, chosen at random, so that no label has more than another"),
};

/** What a model of a task is trained and measured on. */
export interface FinetuneExamples {
  readonly task: TextTask;
  readonly train: readonly TextExample[];
  /** Absent where there are none. */
  readonly dev: readonly TextExample[] | undefined;
}

type Flags = OptionValues<FinetuneTaskOptions> & { readonly quiet: boolean; readonly seed: number; readonly patience: number | undefined };

/**
 * Reads the examples that the options of `bort finetune` name.
 *
 * @throws CliError `cli/usage` for balanced values, or a patience without examples to measure on; what `taskOf` and reading the task throw
 */
export async function finetuneExamples(options: Flags, context: FindModelContext): Promise<FinetuneExamples> {
  const { balance, seed, patience } = options;
  const { task, directory } = await taskOf(options, context);
  if (balance && task.kind === "regression") throw usageError(`--balance needs labels, and ${task.name} has values; leave it out`);
  const train = await task.examples("train", directory);
  const dev = await examplesIfThere(task, "dev", directory);
  if (dev === undefined && patience !== undefined) throw usageError(`--patience needs something to measure: give the files of ${task.name}'s dev split, or leave it out`);
  return { task, train: balance ? balanced(train, seed) : train, dev };
}
