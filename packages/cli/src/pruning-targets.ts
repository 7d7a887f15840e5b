import { type Backend } from "@bort/graph";
import { type Model } from "@bort/nn";
import { flopsObjective, headCounting, keptMeasurements, latencyObjective, parameterObjective, parseTargets, type PruningObjective, type PruningTarget } from "@bort/schubert-prune";
import { usageError } from "./cli-error.js";
import { type Option, type OptionValues, text } from "./options.js";
import { type RunFolder } from "./run-folder.js";

const names = ["target-fraction", "target-params", "target-flops", "target-latency-ms"] as const;
export type TargetName = (typeof names)[number];

// A type, not an interface: a table of options is indexed by any name.
export type TargetOptions = { readonly [Name in TargetName]: Option<string | undefined> };

/** What is left of a network in the end: one of them, with one value or several. */
export const targetOptions: TargetOptions = {
  "target-fraction": text("X,X", "share of the parameters to leave; of several, each gets a model: 0.75,0.5"),
  "target-params": text("N,N", "parameters to leave, the head's with them: 66M or 66M,43.5M"),
  "target-flops": text("N,N", "FLOPs to leave, of a sequence of as many tokens as training has"),
  "target-latency-ms": text("MS,MS", "milliseconds that the encoder may take for such a sequence, measured here"),
};

export interface GivenTargets {
  readonly by: TargetName;
  readonly targets: readonly PruningTarget[];
}

/** @throws CliError `cli/usage` for none, or two kinds; SchubertError `schubert-prune/bad-option` for what is no target */
export function targetsOf(options: OptionValues<TargetOptions>): GivenTargets {
  const [by, other] = names.filter((name) => options[name] !== undefined);
  if (by === undefined) throw usageError(`a target is missing: give one of ${names.map((name) => `--${name}`).join(", ")}, or --analyse to cut nothing`);
  if (other !== undefined) throw usageError(`targets are of one kind, got --${by} and --${other}; leave one of them out`);
  return { by, targets: parseTargets(options[by]!, by === "target-fraction" ? "fraction" : "value") };
}

export interface ObjectivePlace {
  readonly model: Model;
  readonly backend: Backend;
  readonly run: RunFolder;
  /** Tokens of the sequence that FLOPs are counted for, and that is timed. */
  readonly sequenceLength: number;
  readonly signal: AbortSignal;
}

/** What targets of a kind are of. Latencies are kept in the run's folder: a run that goes on must see those that it began with. */
export function objectiveOf(by: TargetName, { model, backend, run, sequenceLength, signal }: ObjectivePlace): PruningObjective {
  const counting = headCounting(model.head);
  switch (by) {
    case "target-fraction": case "target-params": return parameterObjective(counting);
    case "target-flops": return flopsObjective({ sequence: sequenceLength, ...counting });
    case "target-latency-ms": return keptMeasurements(latencyObjective(backend, { sequenceLength, signal }), run.at("latencies.json"));
  }
}
