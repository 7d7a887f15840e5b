import { type ScheduleName } from "@bort/nn";
import { superShaperTraining } from "@bort/supershaper";
import { usageError } from "./cli-error.js";
import { choice, described, integer, type Option, type OptionValues, withDefault } from "./options.js";
import { type StepOptions, stepOptions } from "./training-options.js";

/** What a preset decides where an option does not. */
export interface PresetValues {
  readonly steps: number;
  readonly sampling: "random" | "sandwich";
  /** Random networks of a step. */
  readonly random: number;
  readonly "batch-size": number;
  readonly "learning-rate": number;
  readonly "warmup-ratio": number;
  readonly schedule: ScheduleName;
}

// A type, not an interface: a table of options is indexed by any name.
export type SupernetStepOptions = Omit<StepOptions, keyof PresetValues> & { readonly [Name in keyof PresetValues]: Option<PresetValues[Name] | undefined> } & {
  readonly preset: Option<"paper" | undefined>;
  readonly accumulate: Option<number | undefined>;
};

const { steps, sampling, random, learningRate, warmupRatio, schedule } = superShaperTraining;
/** Source: SuperShaper, table 1. */
const paper: PresetValues = { steps, sampling, random, "batch-size": 2048, "learning-rate": learningRate, "warmup-ratio": warmupRatio, schedule };
const plain: Omit<PresetValues, "steps"> = { sampling: "sandwich", random: 1, "batch-size": 16, "learning-rate": 1e-3, "warmup-ratio": 0.06, schedule: "linear" };

const shared = stepOptions(plain["learning-rate"], plain["warmup-ratio"]);

/** How to take the steps of a super-network's training; what a preset may decide is undefined where it is not given. */
export const supernetStepOptions: SupernetStepOptions = {
  preset: described(choice(["paper"], `take what is not given from SuperShaper's table 1, for a pre-trained BERT-base: ${steps} steps of 2048 sequences at ${learningRate}, without clipping`), "none"),
  steps: described(integer("training steps", 1), "those of --preset, without which they must be given"),
  sampling: open(withDefault(choice(["sandwich", "random"], "which networks a step trains: the largest, the smallest and random ones, or random ones alone"), plain.sampling)),
  random: open(withDefault(integer("random networks of a step", 0), plain.random)),
  "batch-size": open(withDefault(integer("sequences in a batch", 1), plain["batch-size"])),
  accumulate: described(integer("batches of a step, one after another: the gradient of all their sequences in the memory of one", 1), "1"),
  ...shared,
  "learning-rate": open(shared["learning-rate"]),
  "warmup-ratio": open(shared["warmup-ratio"]),
  schedule: open(shared.schedule),
};

/** The option as the help tells it, and undefined where it is not given. */
function open<T>(option: Option<T>): Option<T | undefined> {
  return { ...option, read: (values, name) => (values.length === 0 ? undefined : option.read(values, name)) };
}

/** The options that a preset may decide: as given, else by the preset, else by default; @throws CliError `cli/usage` where no steps are given */
export function presetValues(options: OptionValues<SupernetStepOptions>): PresetValues {
  const given = Object.fromEntries(Object.keys(paper).map((name) => [name, options[name as keyof PresetValues]] as const).filter(([, value]) => value !== undefined));
  const values: Partial<PresetValues> = { ...plain, ...(options.preset === "paper" && paper), ...given };
  if (values.steps === undefined) throw usageError("--steps is missing; give it, or --preset paper; see --help");
  return values as PresetValues;
}
