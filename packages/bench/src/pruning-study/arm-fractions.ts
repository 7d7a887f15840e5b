import { type EncoderArch } from "@bort/arch";
import { leastFraction } from "./least-fraction.js";
import { type PruningArm } from "./pruning-arms.js";
import { type PruningSetting } from "./pruning-setting.js";

/** How far an arm goes, the largest fractions first. */
export interface ArmFractions {
  /** The least that it can leave. */
  readonly least: number;
  /** Those that it is reported at. */
  readonly reported: readonly number[];
  /** Those of them that it can reach. */
  readonly reachable: readonly number[];
  /** Of its rounds: a variant is pruned on the way to its fraction as schuBERT is, and no further. */
  readonly targets: readonly number[];
}

export function armFractions({ fractions, variantFraction }: Pick<PruningSetting, "fractions" | "variantFraction">, arm: PruningArm, arch: EncoderArch): ArmFractions {
  const least = leastFraction(arch, arm);
  const reported = arm.isVariant ? [variantFraction] : fractions;
  const reachable = reported.filter((fraction) => fraction >= least);
  return { least, reported, reachable, targets: fractions.filter((fraction) => fraction >= Math.min(...reachable)) };
}
