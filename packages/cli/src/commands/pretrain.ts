import { pretrain as pretrainModel } from "@bort/nn";
import { type Command, command } from "../command.js";
import { integer, required, withDefault } from "../options.js";
import { checkRunFolder } from "../run-folder.js";
import { packedShapeOf, sequenceOptions } from "../sequence-options.js";
import { settingsOf } from "../settings.js";
import { trainMlm } from "../train-mlm.js";
import { archOption, checkRates, corpusOf, corpusOptions, curriculumOption, encoderOf, frameOf, outOption, runOptions, stepOptions } from "../training-options.js";

/** `bort pretrain`: trains a vocabulary and a masked language model. */
export const pretrain: Command = command({
  name: "pretrain",
  description: "train a vocabulary and a masked language model on text",
  options: {
    ...corpusOptions,
    arch: archOption,
    steps: required(integer("training steps", 1)),
    out: outOption,
    "vocab-size": withDefault(integer("tokens of the vocabulary, at most", 261), 8192),
    "batch-size": withDefault(integer("sequences in a batch", 1), 16),
    "sequence-length": withDefault(integer("tokens in a sequence", 3), 128),
    curriculum: curriculumOption,
    ...sequenceOptions,
    ...stepOptions(1e-3, 0.06),
    ...runOptions,
  },
  run: async (options, context) => {
    const { out, resume, arch, steps, "vocab-size": vocabSize, "batch-size": batchSize, "sequence-length": sequenceLength } = options;
    checkRunFolder(out, resume);
    checkRates(options);
    encoderOf(arch, { vocabSize, padTokenId: 1 }, sequenceLength); // Throws, before any work, where the architecture cannot be.
    const corpus = await corpusOf(options, context.signal);
    const request = { command: "pretrain", settings: settingsOf(options) };
    return trainMlm({
      out, request, steps, shape: packedShapeOf(batchSize, sequenceLength, options), corpus, tokenizer: { vocabSize }, flags: options,
      train: (training, { tokenizer }) => pretrainModel({ ...training, arch: encoderOf(arch, frameOf(tokenizer), sequenceLength) }),
    }, context);
  },
});
