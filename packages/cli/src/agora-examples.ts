import { examplesIfThere } from "@bort/bench";
import { balanced, holdOut, roundedClass, type TextExample, type TextTask } from "@bort/data";
import { usageError } from "./cli-error.js";
import { type FindModelContext } from "./find-model.js";
import { decimal, described, flag, type Option, type OptionValues } from "./options.js";
import { type TaskOptions, taskOf, taskOptions } from "./task-options.js";

// A type, not an interface: a table of options is indexed by any name.
export type AgoraTaskOptions = TaskOptions & { readonly "hold-out": Option<number | undefined>; readonly "balance-evaluation": Option<boolean> };

/** Which task to learn, and what to evaluate on as Agora goes. */
export const agoraTaskOptions: AgoraTaskOptions = {
  ...taskOptions(),
  casting: described(taskOptions().casting, "as --socrates has learned it, or else that of Bort's paper"),
  "hold-out": described(decimal("share of the training examples to evaluate on, so that the dev split stays unseen"), "none: the dev split"),
  "balance-evaluation": flag("leave out evaluation examples, chosen at random, so that no label has more than another"),
};

/** D and E. */
export interface AgoraExamples {
  readonly task: TextTask;
  readonly train: readonly TextExample[];
  readonly evaluation: readonly TextExample[];
}

/** Reads D and E as the options of `bort agora` name them; @throws CliError `cli/usage` without examples to evaluate on; what `taskOf`, `holdOut` and reading the task throw */
export async function agoraExamples(options: OptionValues<AgoraTaskOptions> & { readonly quiet: boolean; readonly seed: number }, context: FindModelContext): Promise<AgoraExamples> {
  const { seed, "hold-out": share, "balance-evaluation": balance } = options;
  const { task, directory } = await taskOf(options, context);
  const all = await task.examples("train", directory);
  const { rest: train, heldOut: evaluation } = share === undefined ? { rest: all, heldOut: await examplesIfThere(task, "dev", directory) } : holdOut(all, share, seed);
  if (evaluation === undefined) throw usageError(`Agora needs examples to evaluate on: give the files of ${task.name}'s dev split, or --hold-out`);
  return { task, train, evaluation: balance ? balanced(evaluation, seed, roundedClass) : evaluation };
}
