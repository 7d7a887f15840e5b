import { maxSequence } from "@bort/arch";
import { classificationBatches, firstEpoch } from "@bort/data";
import { finetune as finetuneModel, loadEncoder, saveModel } from "@bort/nn";
import { usageError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { examplesHash } from "../examples-hash.js";
import { findModel, weightsHash } from "../find-model.js";
import { finetuneExamples, finetuneTaskOptions } from "../finetune-examples.js";
import { described, integer, required, text, withDefault } from "../options.js";
import { barsOn } from "../progress.js";
import { checkRunFolder } from "../run-folder.js";
import { settingsOf } from "../settings.js";
import { report } from "../train-mlm.js";
import { trainOnEngine } from "../train-on-engine.js";
import { follow } from "../training-events.js";
import { checkRates, outOption, runOptions, stepOptions, trainingFields } from "../training-options.js";

/** `bort finetune`: trains a classifier, or a model of a value, on a pre-trained encoder. */
export const finetune: Command = command({
  name: "finetune",
  description: "train a classifier, or a model of a value, on top of a pre-trained model",
  options: {
    model: required(text("MODEL", "model to start from, a folder or a name on Hugging Face's hub")),
    ...finetuneTaskOptions,
    out: outOption,
    steps: integer("training steps", 1),
    epochs: described(integer("passes over the training data, instead of --steps", 1), "3"),
    "max-length": withDefault(integer("tokens of an example that are read, at most as many as the model reads", 3), 128),
    "batch-size": withDefault(integer("examples in a batch", 1), 32),
    ...stepOptions(3e-4, 0.1),
    ...runOptions,
  },
  run: async (options, { terminal, signal }) => {
    const { out, resume, seed, "batch-size": batchSize } = options;
    if (options.steps !== undefined && options.epochs !== undefined) throw usageError("give --steps or --epochs, not both");
    checkRunFolder(out, resume);
    checkRates(options);
    const { task: { labels }, train: examples, dev } = await finetuneExamples(options, { terminal, signal });
    const folder = await findModel(options.model, options, { terminal, signal });
    const { model, tokenizer } = loadEncoder(folder);
    const maxLength = Math.min(options["max-length"], maxSequence(model.arch));
    const batches = { tokenizer, labels, batchSize, maxLength, seed };
    const train = classificationBatches(examples, { ...batches, order: "shuffled" });
    const validation = dev && firstEpoch(classificationBatches(dev, { ...batches, order: "sequential" }));
    const steps = options.steps ?? (options.epochs ?? 3) * train.stepsPerEpoch;
    const inputs = { model: await weightsHash(folder), data: examplesHash(examples), ...(dev !== undefined && { dev: examplesHash(dev) }) };
    const bars = barsOn(terminal, options.quiet);
    const request = { command: "finetune", settings: settingsOf(options), inputs };
    const result = await trainOnEngine({ out, request, flags: options, terminal, signal }, async (run, backend, trackers) => {
      const training = finetuneModel({
        backend, model, labels, train, batchSize, steps, signal, ...(validation !== undefined && { validation }), ...trainingFields(run, options),
      });
      const { result: { model: classifier, summary }, metrics } = await follow(training, { run, steps, bars, label: "finetune", trackers });
      saveModel(run.path, { model: classifier, tokenizer });
      return { steps: summary.steps, loss: summary.loss, tokensPerSecond: summary.tokensPerSecond, ...metrics };
    });
    return report({ ...result, out }, options.json, { terminal });
  },
});
