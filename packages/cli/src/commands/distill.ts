import { type PublishedObjective, type Teacher, distillationObjective } from "@bort/distill";
import { referenceBackend } from "@bort/graph";
import { type PretrainOptions, type PretrainResult, type TrainingEvent, pretrain } from "@bort/nn";
import { type Command, command } from "../command.js";
import { findTeachers } from "../find-teachers.js";
import { checkKeptLogits, keepLogits, keptLogitsOptions } from "../kept-logits.js";
import { lossOptions, lossesOf } from "../loss-options.js";
import { freshFlag, modelOrArch } from "../model-or-arch.js";
import { described, integer, list, required, text, withDefault } from "../options.js";
import { checkRunFolder } from "../run-folder.js";
import { packedShapeOf, sequenceOptions } from "../sequence-options.js";
import { settingsOf } from "../settings.js";
import { studentStart } from "../student-start.js";
import { trainMlm } from "../train-mlm.js";
import { checkRates, corpusOf, corpusOptions, curriculumFor, curriculumOption, freshArchOption, outOption, runOptions, stepOptions } from "../training-options.js";

/** `bort distill`: trains a masked language model towards a teacher, or several. */
export const distill: Command = command({
  name: "distill",
  description: "train a smaller masked language model towards a teacher",
  options: {
    teacher: list("MODEL", "pre-trained model, a folder or a name on Hugging Face's hub; its vocabulary is the student's; may be given again"),
    arch: freshArchOption("student"),
    student: text("MODEL", "student to go on with, of the teacher's vocabulary: a folder or a name on Hugging Face's hub; or give --arch"),
    fresh: freshFlag("student"),
    ...corpusOptions,
    steps: required(integer("training steps", 1)),
    out: outOption,
    ...lossOptions,
    ...keptLogitsOptions,
    "batch-size": withDefault(integer("sequences in a batch", 1), 16),
    "sequence-length": described(integer("tokens in a sequence", 3), "128, or as many as teachers and --student read"),
    curriculum: curriculumOption,
    ...sequenceOptions,
    ...stepOptions(1e-3, 0.06),
    ...runOptions,
  },
  run: async (options, context) => {
    const { out, resume, steps, temperature, "batch-size": batchSize, "cache-logits": topK, "logits-cache": logitsFolder } = options;
    checkRunFolder(out, resume);
    checkRates(options);
    const losses = lossesOf(options, options.teacher.length);
    const student = modelOrArch("student", options.student, options.arch, options.fresh);
    const found = await findTeachers(options.teacher, options, context);
    const { models: teachers, tokenizer } = found;
    checkKeptLogits(options, losses, tokenizer.vocabSize);
    const { arch, sequenceLength, inputs, trained } = await studentStart(student, found, options, context);
    const shape = packedShapeOf(batchSize, sequenceLength, options);
    distillationObjective({ backend: referenceBackend(), teachers, ...losses }).graph(arch, shape); // Throws, before any work, where a loss cannot be.
    const curriculum = curriculumFor(options.curriculum, trained);
    const corpus = await corpusOf(options, context.signal);
    const request = { command: "distill", settings: { ...settingsOf(options), curriculum }, inputs: { teacher: found.sha256, ...inputs } };
    return trainMlm({
      out, request, steps, shape, corpus, tokenizer, flags: { ...options, curriculum },
      train: async function* (common, { run, bars }) {
        const training = { ...common, arch, ...(trained !== undefined && { start: trained }) };
        if (topK === undefined) return yield* distilled(training, teachers, losses);
        const kept = await keepLogits({ teachers, training, folder: logitsFolder ?? run.at("logits"), topK, temperature, bars });
        try {
          return yield* distilled(training, kept, losses);
        } finally {
          for (const each of kept) each.close();
        }
      },
    }, context);
  },
});

async function* distilled(training: PretrainOptions, teachers: readonly Teacher[], losses: PublishedObjective): AsyncGenerator<TrainingEvent, PretrainResult> {
  const objective = distillationObjective({ backend: training.backend, teachers, ...losses });
  try {
    return yield* pretrain({ ...training, objective });
  } finally {
    await objective.dispose();
  }
}
