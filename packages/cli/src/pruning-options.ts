import { type Model } from "@bort/nn";
import {
  type Dimension, hardConcrete, l1, parseDimensions, proximal, type PruneOptions, pruningMethods, type PruningObjective, pruningPlan, type SparsityPenalty,
} from "@bort/schubert-prune";
import { usageError } from "./cli-error.js";
import { type Option, type OptionValues, choice, decimal, described, flag, integer } from "./options.js";
import { type GivenTargets, targetOptions, type TargetOptions } from "./pruning-targets.js";

type MethodName = keyof typeof pruningMethods;
type PenaltyName = SparsityPenalty["name"];

// A type, not an interface: a table of options is indexed by any name.
export type PruningOptions = TargetOptions & {
  readonly dims: Option<readonly Dimension[] | undefined>;
  readonly method: Option<MethodName | undefined>;
  readonly rounds: Option<number | undefined>;
  readonly penalty: Option<PenaltyName | undefined>;
  readonly gamma: Option<number | undefined>;
  readonly costs: Option<"objective" | "printed" | undefined>;
  readonly "alpha-steps": Option<number | undefined>;
  readonly "alpha-learning-rate": Option<number | undefined>;
  readonly "keep-weights": Option<boolean>;
  readonly "finetune-steps": Option<number | undefined>;
};

/** What is cut, and how. */
export const pruningOptions: PruningOptions = {
  ...targetOptions,
  dims: {
    hint: "LETTERS", description: "what is pruned: h hidden size, f FFNs, a heads, k keys, v values; one or several, as h,f", defaultText: "h,f,a,k,v",
    read: ([letters]) => (letters === undefined ? undefined : parseDimensions(letters)),
  },
  method: described(choice(["schubert", "slopes", "uniform", "layers"], "each layer for itself by prunable parameters, or by slopes, of which nothing is trained; all layers alike; or fewer layers"), "schubert"),
  rounds: described(integer("rounds of cutting and fine-tuning, in equal steps to the last target", 1), "5, or one for each target"),
  penalty: described(choice(["l1", "l0", "proximal"], "what makes prunable parameters small"), "l1"),
  gamma: described(decimal("weight of the penalty"), "where half of the units are worth what they cost, found anew in each round"),
  costs: described(choice(["objective", "printed"], "what a unit costs in the penalty: as the target has it, or as schuBERT prints it"), "objective"),
  "alpha-steps": described(integer("steps of a round that train prunable parameters, everything else frozen, or batches of which slopes are taken", 1), "100"),
  "alpha-learning-rate": described(decimal("of these steps"), "as the penalty and the steps need it"),
  "keep-weights": flag("forget the prunable parameters once they have said what is cut; without it those that stay are multiplied into the weights"),
  "finetune-steps": described(integer("steps of a round that train the network that was cut", 0), "500"),
};

type Given = OptionValues<PruningOptions>;

/** What the options say to `prune`. */
export type PruningSettings = Pick<PruneOptions<Model["head"]>, "alphaLearningRate" | "costs" | "dimensions" | "gamma" | "offset" | "penalty" | "rounds">
  & Required<Pick<PruneOptions<Model["head"]>, "alphaSteps" | "finetuneSteps" | "method">>;

const penalties: Readonly<Record<PenaltyName, () => SparsityPenalty>> = { l1, l0: hardConcrete, proximal };

/** Options that a method has no use for: slopes are of nothing that is trained, and fewer layers need neither. */
const ofTraining = ["penalty", "gamma", "costs", "alpha-learning-rate", "keep-weights"] as const satisfies readonly (keyof PruningOptions)[];
const idleFor: Readonly<Record<MethodName, readonly (keyof PruningOptions)[]>> = { schubert: [], uniform: [], slopes: ofTraining, layers: ["dims", "alpha-steps", ...ofTraining] };

const isGiven = (value: unknown): boolean => value !== undefined && value !== false;

/** @throws CliError `cli/usage` for a gamma or a rate that cannot be, and for what the method does not heed */
export function pruningSettings(options: Given): PruningSettings {
  const { dims, method = "schubert", rounds, penalty, gamma, costs, "alpha-steps": alphaSteps = 100, "alpha-learning-rate": alphaLearningRate, "finetune-steps": finetuneSteps = 500, "keep-weights": keepWeights } = options;
  const idle = idleFor[method].find((name) => isGiven(options[name]));
  if (idle !== undefined) throw usageError(`--${idle} says nothing to --method ${method}, which trains no prunable parameters; leave it out`);
  if (gamma !== undefined && !(gamma >= 0)) throw usageError(`--gamma must be at least 0, got ${gamma}`);
  if (alphaLearningRate !== undefined && !(alphaLearningRate > 0)) throw usageError(`--alpha-learning-rate must be above 0, got ${alphaLearningRate}`);
  return {
    method: pruningMethods[method], alphaSteps: method === "layers" ? 0 : alphaSteps, finetuneSteps,
    ...(dims !== undefined && { dimensions: dims }), ...(rounds !== undefined && { rounds }), ...(penalty !== undefined && { penalty: penalties[penalty]() }), ...(gamma !== undefined && { gamma }), ...(costs !== undefined && { costs }),
    ...(alphaLearningRate !== undefined && { alphaLearningRate }), ...(keepWeights && { offset: false }),
  };
}

/** @throws CliError `cli/usage` for options that say nothing where nothing is cut */
export function refuseCutting(options: Given): void {
  const { dims, ...cutting } = options;
  const idle = Object.keys(pruningOptions).find((name) => name !== "dims" && isGiven(cutting[name as keyof typeof cutting]));
  if (idle !== undefined) throw usageError(`--${idle} says nothing to --analyse, which cuts nothing; leave one of them out`);
}

/** Finds out, as `prune` does, that the rounds can reach all targets, but before text is prepared; throws SchubertError `schubert-prune/unreachable-target`, `schubert-prune/bad-option`. */
export async function requireReachable({ arch }: Model, { targets }: GivenTargets, objective: PruningObjective, { dimensions, method, rounds }: PruningSettings): Promise<void> {
  await pruningPlan({ arch, objective, targets, method, ...(dimensions !== undefined && { dimensions }), ...(rounds !== undefined && { rounds }) });
}
