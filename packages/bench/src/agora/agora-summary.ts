import { seedMean, type SeedMean } from "../seed-mean.js";
import { type CellSize } from "./agora-setting.js";
import { type ArmResult } from "./run-arm.js";
import { type ArmName, armNames, type CellResult, type TaskResult } from "./study-agora.js";

/** What came of a task and size, over the seeds. */
export interface SizeSummary {
  readonly task: string;
  readonly size: CellSize;
  readonly metric: string;
  /** The task's first metric on the dev split. */
  readonly test: Readonly<Record<ArmName, SeedMean>>;
  /** Agora's less another's, seed by seed. */
  readonly gain: Readonly<Record<Exclude<ArmName, "agora">, SeedMean>>;
  /** Accuracy on the balanced E, which the model was chosen by, less the mean recall on the dev split. */
  readonly optimism: Readonly<Record<ArmName, SeedMean>>;
  readonly trainings: SeedMean;
}

/** Each task and size over its seeds. */
export function summarizeSizes(results: readonly TaskResult[]): SizeSummary[] {
  return results.flatMap(({ task, metric, cells }) => [...new Set(cells.map(({ size }) => size))].map((size): SizeSummary => {
    const same = cells.filter((cell) => cell.size === size);
    const gain = (other: ArmName): SeedMean => seedMean(same.map(({ arms }) => arms.agora.test.metric - arms[other].test.metric));
    return {
      task, size, metric, test: ofArms(same, ({ test }) => test.metric), gain: { plain: gain("plain"), "tau alone": gain("tau alone") },
      optimism: ofArms(same, ({ evaluation, test }) => evaluation - test.meanRecall), trainings: seedMean(same.map(({ arms }) => arms.agora.trainings)),
    };
  }));
}

const ofArms = (cells: readonly CellResult[], value: (arm: ArmResult) => number): Record<ArmName, SeedMean> =>
  Object.fromEntries(armNames.map((name) => [name, seedMean(cells.map(({ arms }) => value(arms[name])))])) as Record<ArmName, SeedMean>;
