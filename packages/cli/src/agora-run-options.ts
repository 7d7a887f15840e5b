import { type Accept, confident, labelPreserving, lcsRoot, type PruneRule, rankPrefix, worstOnly } from "@bort/agora";
import { usageError } from "./cli-error.js";
import { choice, decimal, described, flag, integer, type Option, type OptionValues, withDefault } from "./options.js";

type RuleName = "lcs-root" | "lcs-root-descending" | "worst-only" | "rank-prefix";

// A type, not an interface: a table of options is indexed by any name.
export type AgoraRunOptions = {
  readonly rule: Option<RuleName>;
  readonly "prune-share": Option<number | undefined>;
  readonly "mistakes-of": Option<"evaluation" | "training">;
  readonly copies: Option<number>;
  readonly "soft-labels": Option<boolean>;
  readonly "label-preserving": Option<boolean>;
  readonly confidence: Option<number | undefined>;
  readonly start: Option<"best" | "pre-trained">;
  readonly replay: Option<number>;
  readonly rounds: Option<number | undefined>;
  readonly "all-rounds": Option<boolean>;
  readonly unbalanced: Option<boolean>;
  readonly override: Option<boolean>;
};

/** What the sources of Agora leave open. */
export const agoraRunOptions: AgoraRunOptions = {
  rule: withDefault(choice(["lcs-root", "lcs-root-descending", "worst-only", "rank-prefix"], "which sets leave after a round"), "lcs-root"),
  "prune-share": described(decimal("rank-prefix: share of the sets that leave"), "0.5"),
  "mistakes-of": withDefault(choice(["evaluation", "training"], "whose mistakes are transformed: the best model's on the evaluation set, or on its training data"), "evaluation"),
  copies: withDefault(integer("new examples of each mistake", 1), 1),
  "soft-labels": flag("train on Socrates' probabilities, and not on its labels alone"),
  "label-preserving": flag("take a new example only where Socrates gives it the label that its source has"),
  confidence: described(decimal("take a new example only where Socrates is as sure of its label, from 0 to 1"), "0"),
  start: withDefault(choice(["pre-trained", "best"], "what each training starts from: the pre-trained model, or the best one so far"), "pre-trained"),
  replay: withDefault(integer("how often a round that did not help is repeated, on more data, before sets leave", 0), 0),
  rounds: described(integer("rounds at most", 1), "until no set is left"),
  "all-rounds": flag("go on, too, where the best model of a round makes no mistakes"),
  unbalanced: flag("train on the data as it is, and not on as many examples of each label"),
  override: flag("go on though a condition of the theorem is violated"),
};

/** @throws CliError `cli/usage`, AgoraError `agora/bad-option` */
export function pruneRuleOf({ rule, "prune-share": share }: OptionValues<AgoraRunOptions>): PruneRule {
  if (share !== undefined && rule !== "rank-prefix") throw usageError(`--prune-share says nothing to --rule ${rule}; leave it out`);
  switch (rule) {
    case "lcs-root": return lcsRoot();
    case "lcs-root-descending": return lcsRoot({ order: "descending" });
    case "worst-only": return worstOnly;
    case "rank-prefix": return rankPrefix(share);
  }
}

/** Which new examples are taken; `undefined` where all are. @throws AgoraError `agora/bad-option` */
export function acceptOf({ "label-preserving": preserving, confidence }: OptionValues<AgoraRunOptions>): Accept | undefined {
  if (preserving) return labelPreserving({ ...(confidence !== undefined && { least: confidence }) });
  return confidence === undefined ? undefined : confident(confidence);
}
