import { type MlmShape } from "@bort/nn";
import { type InPlaceDistillation, trainSupernet } from "@bort/supershaper";
import { usageError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { choice, decimal, described, integer, integers, type OptionValues, required, text, withDefault } from "../options.js";
import { checkRunFolder } from "../run-folder.js";
import { packedShapeOf, sequenceOptions } from "../sequence-options.js";
import { settingsOf } from "../settings.js";
import { writeSupernetFile } from "../supernet-folder.js";
import { spaceOf } from "../supernet-space.js";
import { supernetStart } from "../supernet-start.js";
import { trainMlm } from "../train-mlm.js";
import { checkRates, corpusOf, corpusOptions, freshArchOption, outOption, runOptions, stepOptions } from "../training-options.js";

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
    steps: required(integer("training steps", 1)),
    out: outOption,
    "vocab-size": described(integer("tokens of a fresh super-network's vocabulary, at most", 261), "8192"),
    widths: described(integers("widths that every layer may have, multiples of the heads", 1), "as in --model, or up to seven in SuperShaper's proportions"),
    sampling: withDefault(choice(["sandwich", "random"], "which networks a step trains: the largest, the smallest and random ones, or random ones alone"), "sandwich"),
    random: withDefault(integer("random networks of a step", 0), 1),
    slicing: described(choice(["prefix", "heads"], "what a narrower layer takes of attention: the first rows of all, or of every head"), "as in --model, or prefix"),
    ...distillationOptions,
    "batch-size": withDefault(integer("sequences in a batch", 1), 16),
    "sequence-length": described(integer("tokens in a sequence", 3), "128, or as many as the model reads"),
    ...sequenceOptions,
    ...stepOptions(1e-3, 0.06),
    ...runOptions,
  },
  run: async (options, context) => {
    const { out, resume, steps, sampling, random } = options;
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
        const how = { space, sampling, random, slicing, ...(distillation !== undefined && { distillation }) };
        const { supernet, summary } = yield* trainSupernet({ ...training, ...how, supernet: start });
        writeSupernetFile(place.run.path, { widths: space.widths, slicing });
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
