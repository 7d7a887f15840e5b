import { maxSequence } from "@bort/arch";
import { evaluateTask } from "@bort/bench";
import { taskNamed } from "@bort/data";
import { loadClassifier } from "@bort/nn";
import { type Command, command } from "../command.js";
import { engineOptions, onEngine } from "../on-engine.js";
import { choice, integer, required, text, withDefault } from "../options.js";
import { printLine } from "../terminal.js";

/** `bort eval`: scores a fine-tuned model. */
export const evaluate: Command = command({
  name: "eval",
  description: "score a fine-tuned model on a task",
  options: {
    model: required(text("RUN", "folder of a fine-tuned model")),
    task: required(text("NAME", "sst-2 or cola")),
    data: required(text("DIR", "folder with the task's files")),
    split: withDefault(choice(["dev", "train", "test"], "which of them; GLUE's test files have no labels"), "dev"),
    "max-length": withDefault(integer("tokens of an example that are read, at most as many as the model reads", 3), 128),
    "batch-size": withDefault(integer("examples in a batch", 1), 32),
    ...engineOptions,
  },
  run: async (options, { terminal }) => {
    const task = taskNamed(options.task);
    const { model, tokenizer } = loadClassifier(options.model);
    const maxLength = Math.min(options["max-length"], maxSequence(model.arch));
    const { data: directory, split, "batch-size": batchSize } = options;
    const score = await onEngine(options, terminal, (backend) => evaluateTask({ backend, model, tokenizer, task, directory, split, batchSize, maxLength }));
    if (!options.json) {
      const metrics = Object.entries(score.metrics).map(([name, value]) => `${name} ${value.toFixed(4)}`).join(", ");
      printLine(terminal.stdout, `${score.task} ${score.split}: ${metrics} on ${score.examples} examples`);
    }
    return score;
  },
});
