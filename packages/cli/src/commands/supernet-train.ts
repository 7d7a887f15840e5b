import { type MlmShape } from "@bort/nn";
import { type InPlaceDistillation, superShaperTraining, trainSupernet } from "@bort/supershaper";
import { usageError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { choice, decimal, described, integer, type OptionValues, text } from "../options.js";
import { checkRunFolder } from "../run-folder.js";
import { packedShapeOf, sequenceOptions } from "../sequence-options.js";
import { settingsOf } from "../settings.js";
import { writeSupernetFile } from "../supernet-folder.js";
import { spaceOf } from "../supernet-space.js";
import { supernetStart } from "../supernet-start.js";
import { presetValues, supernetStepOptions } from "../supernet-step-options.js";
import { trainMlm } from "../train-mlm.js";
import { checkRates, corpusOf, corpusOptions, freshArchOption, outOption, runOptions } from "../training-options.js";
import { widthsOption } from "../widths-option.js";

const distillationOptions = {
  "distill-logits": described(decimal("share of the other networks' loss that is the distance from the largest one's distribution over tokens"), "0"),
  "distill-temperature": described(decimal("softens both distributions"), "1"),
  "distill-hidden": described(decimal("weight of the other networks' distance from the largest one's hidden states"), "0"),
};

/** `bort supernet train`: trains one network that every shape can be taken of. */
export const supernetTrain: Command = command({
  name: "supernet train",
  description: "train a super-network, of which every shape can be taken as a network (SuperShaper)",
  options: {
    model: text("MODEL", "pre-trained masked language model to begin with, or a super-network to go on with: a folder or a name on Hugging Face's hub; or give --arch"),
    arch: freshArchOption("super-network"),
    ...corpusOptions,
    out: outOption,
    "vocab-size": described(integer("tokens of a fresh super-network's vocabulary, at most", 261), "8192"),
    widths: widthsOption,
    slicing: described(choice(["prefix", "heads"], "what a narrower layer takes of attention: the first rows of all, or of every head"), "as in --model, or prefix"),
    ...distillationOptions,
    "sequence-length": described(integer("tokens in a sequence", 3), "128, or as many as the model reads"),
    ...sequenceOptions,
    ...supernetStepOptions,
    ...runOptions,
  },
  run: async (given, context) => {
    const options = { ...given, ...presetValues(given) };
    const { out, resume, steps, sampling, random, accumulate, preset } = options;
    checkRunFolder(out, resume);
    checkRates(options);
    if (sampling === "random" && random === 0) throw usageError("--sampling random needs a network in each step; give --random 1 or more");
    const distillation = distillationOf(options);
    const { tokenizer, arch, widths, slicing, sequenceLength, inputs, supernet: supernetFor } = await supernetStart(options, context);
    spaceOf(arch, widths); // Throws, before any work, where the space cannot be.
    const shape: MlmShape = packedShapeOf(options["batch-size"], sequenceLength, options);
    const corpus = await corpusOf(options, context.signal);
    const request = { command: "supernet train", settings: { ...settingsOf(options), widths, slicing }, inputs };
    return trainMlm({
      out, request, steps, shape, corpus, tokenizer, flags: { ...options, curriculum: "none" },
      train: async function* (training, place) {
        const start = supernetFor(place.tokenizer);
        const space = spaceOf(start.arch, widths);
        const { maxGradientNorm } = superShaperTraining;
        const how = {
          space, sampling, random, slicing, ...(distillation !== undefined && { distillation }), ...(accumulate !== undefined && { accumulate }), ...(preset === "paper" && { maxGradientNorm }),
        };
        const { supernet, summary } = yield* trainSupernet({ ...training, ...how, supernet: start });
        if (!summary.interrupted) writeSupernetFile(place.run.path, { widths: space.widths, slicing });
        return { model: supernet, summary };
      },
    }, context);
  },
});

function distillationOf(options: OptionValues<typeof distillationOptions> & { readonly sampling: "random" | "sandwich" }): InPlaceDistillation | undefined {
  const { sampling, "distill-logits": weight, "distill-temperature": temperature, "distill-hidden": hidden } = options;
  if (weight === undefined && temperature !== undefined) throw usageError("--distill-temperature needs --distill-logits, whose distributions it softens");
  if (weight === undefined && hidden === undefined) return undefined;
  if (sampling === "random") throw usageError("--distill-logits and --distill-hidden need the largest network in each step; leave --sampling random out");
  if (weight !== undefined && !(weight >= 0 && weight <= 1)) throw usageError(`--distill-logits must be a share from 0 to 1, got ${weight}`);
  if (temperature !== undefined && !(temperature > 0)) throw usageError(`--distill-temperature must be above 0, got ${temperature}`);
  if (hidden !== undefined && !(hidden >= 0)) throw usageError(`--distill-hidden must be at least 0, got ${hidden}`);
  return { ...(weight !== undefined && { logits: { weight, temperature: temperature ?? 1 } }), ...(hidden !== undefined && { hidden }) };
}
