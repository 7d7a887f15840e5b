import { type EncoderArch } from "@bort/arch";
import { type PruningObjective } from "./objective.js";
import { type PruningMethod, pruningMethods } from "./pruning-method.js";
import { type RoundTarget, roundTargets } from "./round-targets.js";
import { type PruningTarget, targetValues } from "./targets.js";
import { type Dimension, dimensions as allDimensions, unitVectors } from "./unit-vectors.js";

export interface PruningPlanOptions {
  /** What is pruned. */
  readonly arch: EncoderArch;
  readonly objective: PruningObjective;
  readonly targets: readonly PruningTarget[];
  /** Default 5, or as many as there are targets. */
  readonly rounds?: number;
  /** Default: schuBERT's. */
  readonly method?: PruningMethod;
  /** What may be cut. Default: all dimensions. */
  readonly dimensions?: readonly Dimension[];
}

/** What a run has to do, round by round. */
export interface PruningPlan {
  /** The objective's value before anything is cut. */
  readonly whole: number;
  readonly rounds: readonly RoundTarget[];
}

/**
 * The rounds of a run, whose targets can all be reached: found out before anything is trained.
 *
 * It is what cutting the last target would find, of an objective that tells nothing apart, so that it looks at the whole network and at the smallest alone.
 *
 * @throws SchubertError `schubert-prune/unreachable-target`, `schubert-prune/bad-option`
 */
export async function pruningPlan(options: PruningPlanOptions): Promise<PruningPlan> {
  const { arch, objective, targets, rounds: count = Math.max(5, targets.length), method = pruningMethods.schubert, dimensions = allDimensions } = options;
  const whole = await objective.measure(arch);
  const wanted = targetValues(targets, whole);
  const rounds = roundTargets(whole, wanted, count);
  const values = method.values === "none" ? {} : Object.fromEntries(unitVectors(arch, dimensions).map(({ name, size }) => [name, new Float32Array(size).fill(1)]));
  await method.truncate({ arch, values, objective: { ...objective, resolution: 1 }, target: wanted.at(-1)! });
  return { whole, rounds };
}
