import { classifierLabels } from "@bort/nn";
import { type EvaluateAllOptions, allTasks, allTasksText, evaluateAll } from "../evaluate-all.js";
import { usageError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { type EvaluatedSplit, evaluateSplit, evaluatedLine } from "../evaluate-split.js";
import { engineOptions, onEngine } from "../on-engine.js";
import { anyList, choice, described, flag, integer, text, withDefault } from "../options.js";
import { OutputFolder } from "../output-folder.js";
import { settingsOfRun } from "../settings-of-run.js";
import { ownNames, refuseOptions, taskOf, taskOptions, testOption } from "../task-options.js";
import { printLine } from "../terminal.js";

/** `bort eval`: scores fine-tuned models, or shows the tasks that there are. */
export const evaluate: Command = command({
  name: "eval",
  description: "score a fine-tuned model on a task, or show what tasks a folder has",
  options: {
    model: anyList("RUN", "folder of a fine-tuned model; with --task all none, several, or a folder of models that are named by their tasks"),
    ...taskOptions("; or all, every task in the folder"),
    test: testOption,
    split: described(choice(["dev", "train", "test"], "which of them"), "dev, or test for a diagnostic set or --submission"),
    submission: text("DIR", "where to write the predictions as GLUE's or SuperGLUE's leaderboard takes them"),
    "max-length": withDefault(integer("tokens of an example that are read, at most as many as the model reads", 3), 128),
    "batch-size": withDefault(integer("examples in a batch", 1), 32),
    ...engineOptions,
    quiet: flag("no progress bars"),
  },
  run: async (options, { terminal, signal }) => {
    const { model: models, data, split, submission, "batch-size": batchSize, "max-length": maxLength } = options;
    const show = (text: string): void => {
      if (!options.json) printLine(terminal.stdout, text);
    };
    if (submission !== undefined) OutputFolder.check(submission);
    const how = { split, submission, batchSize, maxLength, signal };
    if (options.task === "all") {
      refuseOptions(options, ["casting", ...ownNames], "--task all takes tasks as they are published");
      if (data === undefined) throw usageError("--task all needs --data, the folder with the tasks' files");
      if (models.length > 0) return onEngine(options, terminal, (backend) => evaluateEach({ backend, models, directory: data, ...how }, show));
      refuseWithoutModel(options);
      const there = await allTasks(data, signal);
      show(allTasksText(there));
      return there;
    }
    const [model, ...others] = models;
    if (model === undefined || others.length > 0) throw usageError(`--model needs one folder of a fine-tuned model, got ${models.length}; for several, give --task all`);
    const task = await taskOf(options, { terminal, signal }, { casting: settingsOfRun(model).casting, labels: () => classifierLabels(model) });
    const evaluated = await onEngine(options, terminal, (backend) => evaluateSplit({ backend, model, ...task, ...how }));
    show(evaluatedLine(evaluated));
    return evaluated;
  },
});

/** Evaluates each model, and shows each result when it is there. */
async function evaluateEach(options: EvaluateAllOptions, show: (text: string) => void): Promise<{ readonly scores: readonly EvaluatedSplit[] }> {
  const scores: EvaluatedSplit[] = [];
  for await (const evaluated of evaluateAll(options)) {
    show(evaluatedLine(evaluated));
    scores.push(evaluated);
  }
  return { scores };
}

function refuseWithoutModel({ split, submission }: Pick<EvaluateAllOptions, "split" | "submission">): void {
  if (split !== undefined || submission !== undefined) throw usageError(`--${split === undefined ? "submission" : "split"} needs a --model to evaluate; give one, or leave it out`);
}
