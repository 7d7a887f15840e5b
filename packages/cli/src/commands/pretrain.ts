import { pretrain as pretrainModel } from "@bort/nn";
import { type Command, command } from "../command.js";
import { mlmStart } from "../mlm-start.js";
import { freshFlag } from "../model-or-arch.js";
import { described, integer, required, text, withDefault } from "../options.js";
import { checkRunFolder } from "../run-folder.js";
import { packedShapeOf, sequenceOptions } from "../sequence-options.js";
import { settingsOf } from "../settings.js";
import { trainMlm } from "../train-mlm.js";
import { checkRates, corpusOf, corpusOptions, curriculumFor, curriculumOption, freshArchOption, outOption, runOptions, stepOptions } from "../training-options.js";

/** `bort pretrain`: trains a vocabulary and a masked language model, or goes on with one. */
export const pretrain: Command = command({
  name: "pretrain",
  description: "train a vocabulary and a masked language model on text, or go on with such a model",
  options: {
    ...corpusOptions,
    arch: freshArchOption("model"),
    model: text("MODEL", "masked language model to go on with, its vocabulary too: a folder or a name on Hugging Face's hub; or give --arch"),
    fresh: freshFlag("model"),
    steps: required(integer("training steps", 1)),
    out: outOption,
    "vocab-size": described(integer("tokens of a fresh model's vocabulary, at most", 261), "8192"),
    "batch-size": withDefault(integer("sequences in a batch", 1), 16),
    "sequence-length": described(integer("tokens in a sequence", 3), "128, or as many as --model reads"),
    curriculum: curriculumOption,
    ...sequenceOptions,
    ...stepOptions(1e-3, 0.06),
    ...runOptions,
  },
  run: async (options, context) => {
    const { out, resume, steps, "batch-size": batchSize } = options;
    checkRunFolder(out, resume);
    checkRates(options);
    const { tokenizer, sequenceLength, inputs, trained, archFor } = await mlmStart(options, context); // Throws, before any work, where the architecture cannot be.
    const curriculum = curriculumFor(options.curriculum, trained);
    const corpus = await corpusOf(options, context.signal);
    const settings = { ...settingsOf(options), "vocab-size": tokenizer.vocabSize, "sequence-length": sequenceLength, curriculum };
    return trainMlm({
      out, request: { command: "pretrain", settings, inputs }, steps, shape: packedShapeOf(batchSize, sequenceLength, options), corpus, tokenizer, flags: { ...options, curriculum },
      train: (training, place) => pretrainModel({ ...training, arch: archFor(place.tokenizer), ...(trained !== undefined && { start: trained.model }) }),
    }, context);
  },
});
