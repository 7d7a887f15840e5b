import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { random } from "@bort/data";
import { type PruningSetting } from "./pruning-setting.js";

/** What is pruned in tests: fractions of which layers reach one, and heads alone none. */
export const madeUpSetting: PruningSetting = {
  base: { batchSize: 4, sequenceLength: 16, hiddenSize: 16, heads: 2, intermediateSize: 32, depth: 2, vocabSize: 280, maskedPerSequence: 3 },
  shallow: { depth: 1, steps: 3 }, baseSteps: 5, fractions: [0.8, 0.6], variantFraction: 0.8, alphaSteps: 2, finetuneSteps: 2, tuningSteps: 6, seeds: [0], learningRate: 1e-2, furtherLearningRate: 5e-3, beta2: 0.98, heldOutBatches: 2,
  task: { examples: 40, steps: 2, batchSize: 8, maxLength: 16, learningRate: 1e-2 },
  timing: { paceSteps: 2, steps: 2, latencyRepeats: 2, sizes: [{ layers: 1, hiddenSize: 8 }, { layers: 2, hiddenSize: 8 }], pretrainingSteps: [100, 10_000] },
};

/** Writes an SST-2 whose sentences are good where they have "one", into a folder of tasks. */
export function writeMadeUpTask(data: string): void {
  const rng = random(0, "reviews");
  const rows = (count: number): string => ["sentence\tlabel", ...Array.from({ length: count }, (_, i) =>
    `${rng.shuffle([i % 3 === 0 ? "two" : "one", ...Array.from({ length: 3 }, () => ["three", "four", "five"][rng.integer(3)]!)]).join(" ")} ${i}\t${i % 3 === 0 ? 0 : 1}`)].join("\n");
  mkdirSync(join(data, "SST-2"), { recursive: true });
  writeFileSync(join(data, "SST-2", "train.tsv"), rows(60));
  writeFileSync(join(data, "SST-2", "dev.tsv"), rows(30));
}
