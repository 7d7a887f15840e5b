import { distill as distillModel } from "@bort/distill";
import { type Command, command } from "../command.js";
import { findTeacher } from "../find-model.js";
import { decimal, described, integer, required, text, withDefault } from "../options.js";
import { checkRunFolder } from "../run-folder.js";
import { settingsOf } from "../settings.js";
import { trainMlm } from "../train-mlm.js";
import { archOption, checkRates, corpusOf, corpusOptions, curriculumOption, encoderOf, frameOf, outOption, runOptions, sequenceLengthFor, stepOptions } from "../training-options.js";

/** `bort distill`: trains a masked language model towards a teacher. */
export const distill: Command = command({
  name: "distill",
  description: "train a smaller masked language model towards a teacher",
  options: {
    teacher: required(text("MODEL", "pre-trained model, a folder or a name on Hugging Face's hub; its vocabulary is the student's")),
    arch: archOption,
    ...corpusOptions,
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
    const { model: teacher, tokenizer, sha256 } = await findTeacher(options.teacher, options, context);
    const sequenceLength = sequenceLengthFor(teacher, options["sequence-length"]);
    encoderOf(arch, frameOf(tokenizer), sequenceLength); // Throws, before any work, where the architecture cannot be.
    const corpus = await corpusOf(options, context.signal);
    const request = { command: "distill", settings: settingsOf(options), inputs: { teacher: sha256 } };
    return trainMlm({
      out, request, arch, steps, batchSize, sequenceLength, corpus, tokenizer, flags: options,
      train: (training) => distillModel({ ...training, teacher, temperature, distillationWeight, mlmWeight }),
    }, context);
  },
});
