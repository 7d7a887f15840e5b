import { flops } from "@bort/arch";
import { type Shape } from "@bort/predictors";
import { type ShapeSpace } from "@bort/supershaper";
import { type SizedShape } from "./banded-shapes.js";
import { sandwichNetworks, type SupernetSetting } from "./supernet-setting.js";

/** A cautious guess for two cores at these sizes: two thirds of what recorded training steps of width 256 reach. */
const FLOPS_PER_SECOND = 8e10;
/** Share of a training step that is its forward pass. */
const FORWARD = 1 / 3;

export interface PlannedShapes {
  readonly space: ShapeSpace;
  /** Those that are also trained alone. */
  readonly planned: readonly SizedShape[];
  /** Those that super-networks are compared on. */
  readonly panel: readonly Shape[];
}

/** How much work a study is, in words. */
export function studyCost(setting: SupernetSetting, { space, planned, panel }: PlannedShapes): string {
  const { steps, scratchSteps, backboneSteps, furtherSteps, seeds, heldOutBatches, backbone: { batchSize, sequenceLength, maskedPerSequence } } = setting;
  const work = { sequence: sequenceLength, batch: batchSize, heads: { mlm: {} }, maskedPositions: maskedPerSequence };
  const step = (shape: Shape): number => flops(space.arch(shape), { ...work, pass: "training" }).total;
  const sum = (shapes: readonly Shape[]): number => shapes.reduce((total, shape) => total + step(shape), 0);
  const shapes = planned.map(({ shape }) => shape);
  const [largest, smallest, random] = [step(space.largest), step(space.smallest), sum(panel) / panel.length];
  const supernets = steps * (largest + smallest + random) + 2 * sandwichNetworks * steps * random;
  const alone = (seeds.length * scratchSteps + furtherSteps) * sum(shapes);
  const evaluations = FORWARD * heldOutBatches * (3 * sum(panel) + (2 + seeds.length) * sum(shapes));
  const total = backboneSteps * largest + supernets + alone + evaluations;
  return [
    `a backbone of ${backboneSteps} steps`,
    `super-networks of ${steps} steps of ${sandwichNetworks} networks, ${sandwichNetworks * steps} of one, and as many of one as take the time of the first`,
    `${shapes.length * seeds.length} trainings of ${scratchSteps} steps from scratch, ${shapes.length} of ${furtherSteps} further steps`,
    `${(total / 1e12).toPrecision(3)} TFLOP in all, about ${Math.ceil(total / FLOPS_PER_SECOND / 60)} minutes at ${FLOPS_PER_SECOND / 1e9} GFLOP/s`,
  ].join("; ");
}
