import { join } from "node:path";
import { openCorpus } from "@bort/data";
import { distill as distillModel } from "@bort/distill";
import { loadMlmModel } from "@bort/nn";
import { type Command, command } from "../command.js";
import { fileHash } from "../file-hash.js";
import { decimal, described, integer, required, text, withDefault } from "../options.js";
import { checkRunFolder } from "../run-folder.js";
import { settingsOf } from "../settings.js";
import { trainMlm } from "../train-mlm.js";
import { archOption, checkRates, corpusOption, curriculumOption, encoderOf, frameOf, outOption, runOptions, sequenceLengthFor, stepOptions } from "../training-options.js";

/** `bort distill`: trains a masked language model towards a teacher. */
export const distill: Command = command({
  name: "distill",
  description: "train a smaller masked language model towards a teacher",
  options: {
    teacher: required(text("RUN", "folder of a pre-trained model; its vocabulary is the student's")),
    arch: archOption,
    corpus: corpusOption,
    steps: required(integer("training steps", 1)),
    out: outOption,
    temperature: withDefault(decimal("softens the outputs of both models"), 2),
    "distillation-weight": withDefault(decimal("weight of the loss against the teacher"), 0.5),
    "mlm-weight": withDefault(decimal("weight of the masked-language-model loss"), 0.5),
    "batch-size": withDefault(integer("sequences in a batch", 1), 16),
    "sequence-length": described(integer("tokens in a sequence", 3), "128, or as many as the teacher reads"),
    curriculum: curriculumOption,
    ...stepOptions(1e-3, 0.06),
    ...runOptions,
  },
  run: async (options, context) => {
    const { out, resume, arch, steps, temperature, "batch-size": batchSize, "distillation-weight": distillationWeight, "mlm-weight": mlmWeight } = options;
    checkRunFolder(out, resume);
    checkRates(options);
    const { model: teacher, tokenizer } = loadMlmModel(options.teacher);
    const sequenceLength = sequenceLengthFor(teacher, options["sequence-length"]);
    encoderOf(arch, frameOf(tokenizer), sequenceLength); // Throws, before any work, where the architecture cannot be.
    const corpus = await openCorpus(options.corpus, { signal: context.signal });
    const request = { command: "distill", settings: settingsOf(options), inputs: { teacher: await fileHash(join(options.teacher, "model.safetensors")) } };
    return trainMlm({
      out, request, arch, steps, batchSize, sequenceLength, corpus, tokenizer, flags: options,
      train: (training) => distillModel({ ...training, teacher, temperature, distillationWeight, mlmWeight }),
    }, context);
  },
});
