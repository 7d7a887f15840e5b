import { type EncoderArch, flops } from "@bort/arch";
import { armFractions } from "./arm-fractions.js";
import { type PruningArm } from "./pruning-arms.js";
import { type PruningSetting } from "./pruning-setting.js";

/** A cautious guess for two cores at a width of 128. */
const FLOPS_PER_SECOND = 6e10;
/** Share of a training step that is its forward pass. */
const FORWARD = 1 / 3;
/** Examples of SST-2's dev split. */
const DEV_EXAMPLES = 872;

/** How much work a study is, in words: a network of a fraction of the parameters is taken to need that fraction of the FLOPs, and examples to be half of the longest that are read; compilation is not counted. */
export function pruningCost(setting: PruningSetting, arms: readonly PruningArm[], arch: EncoderArch): string {
  const { base, shallow, baseSteps, seeds, alphaSteps, finetuneSteps, tuningSteps, heldOutBatches, fractions, task, timing } = setting;
  const step = flops(arch, { sequence: base.sequenceLength, batch: base.batchSize, heads: { mlm: {} }, maskedPositions: base.maskedPerSequence, pass: "training" }).total;
  const taskStep = flops(arch, { sequence: Math.min(base.sequenceLength, Math.ceil(task.maxLength / 2)), batch: task.batchSize, pass: "training" }).total;
  const runs = arms.map((arm) => armFractions(setting, arm, arch));
  const rounds = runs.flatMap(({ targets }) => targets.map((fraction, i) => alphaSteps * (targets[i - 1] ?? 1) + finetuneSteps * fraction));
  const networks = [1, ...runs.flatMap(({ reachable }) => reachable)];
  const tunedInRounds = (fraction: number): number => finetuneSteps * sum(fractions.filter((each) => fraction < 1 && each >= fraction)); // In steps of the base.
  const ofNetwork = (fraction: number): number =>
    step * (Math.max(0, tuningSteps - tunedInRounds(fraction)) + timing.paceSteps * (1 + fraction) + FORWARD * 2 * heldOutBatches * fraction) + taskStep * fraction * (task.steps + (FORWARD * DEV_EXAMPLES) / task.batchSize);
  const aSeed = step * ((shallow.depth / base.depth) * shallow.steps + baseSteps + sum(rounds)) + sum(networks.map(ofNetwork));
  const widest = timing.sizes.map(({ layers, hiddenSize }) => step * (layers / base.depth) * (hiddenSize / base.hiddenSize) ** 2 * 2 * (timing.steps + 1));
  const total = seeds.length * aSeed + sum(widest);
  return [
    `${seeds.length} bases of ${baseSteps} steps after ${shallow.steps} of ${shallow.depth} layers, each pruned in ${rounds.length} rounds of ${alphaSteps} + ${finetuneSteps} steps to ${networks.length - 1} networks`,
    `every network trained for the time of ${tuningSteps} steps of its base, rounds included, and ${task.steps} on SST-2`,
    `${(total / 1e12).toPrecision(3)} TFLOP in all, about ${Math.ceil(total / FLOPS_PER_SECOND / 60)} minutes at ${FLOPS_PER_SECOND / 1e9} GFLOP/s, ${
      Math.ceil(aSeed / FLOPS_PER_SECOND / 60)} for a seed, and what compilation takes`,
  ].join("; ");
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
