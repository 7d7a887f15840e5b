import { type Dimension, hardConcrete, proximal, type PruningMethod, pruningMethods, type SparsityPenalty } from "@bort/schubert-prune";

/** A way to make a base smaller. */
export interface PruningArm {
  readonly name: string;
  readonly method: PruningMethod;
  /** What is cut, where the method cuts units. Default: all dimensions. */
  readonly dimensions?: readonly Dimension[];
  /** Default: l1. */
  readonly penalty?: SparsityPenalty;
  /** Costs of units in the penalty. Default: the parameters that they have. */
  readonly costs?: "printed";
  /** Whether the prunable parameters that stay are multiplied into the weights. Default true, as in the paper. */
  readonly offset?: false;
  /** Whether the base teaches in the fine-tuning of rounds. */
  readonly isDistilled?: true;
  /** Whether it is schuBERT-all but for one choice, compared with that at one fraction alone. */
  readonly isVariant?: true;
}

const { schubert, uniform, layers, slopes } = pruningMethods;
const all: Omit<PruningArm, "name"> = { method: schubert };

/** schuBERT by what it cuts, and what it is compared with; then its variants. */
export const pruningArms: readonly PruningArm[] = [
  { name: "schubert-all", ...all },
  { name: "schubert-h", method: schubert, dimensions: ["h"] },
  { name: "schubert-f", method: schubert, dimensions: ["f"] },
  { name: "schubert-a", method: schubert, dimensions: ["a"] },
  { name: "uniform", method: uniform, dimensions: ["h", "k", "v", "f"] }, // Heads stay, so that all matrices shrink alike; one head less in every layer at once would be a large step.
  { name: "layers", method: layers },
  { name: "l0", ...all, penalty: hardConcrete(), isVariant: true },
  { name: "proximal", ...all, penalty: proximal(), isVariant: true },
  { name: "printed costs", ...all, costs: "printed", isVariant: true },
  { name: "not offset", ...all, offset: false, isVariant: true },
  { name: "slopes", method: slopes, isVariant: true },
  { name: "distilled", ...all, isDistilled: true, isVariant: true },
];

/** The arm that variants are compared with. */
export const wholeArm = "schubert-all";
