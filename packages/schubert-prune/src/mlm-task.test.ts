import { uniformArch } from "@bort/arch";
import { referenceBackend } from "@bort/graph";
import { type MlmModel } from "@bort/nn";
import { expect, it } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { type FinetuningSettings } from "./finetuning-settings.js";
import { type MlmTaskOptions, mlmTask } from "./mlm-task.js";
import { pruningMethods } from "./pruning-method.js";
import { prune } from "./prune.js";
import { testModel } from "./test-pruning.js";

const shape = { batchSize: 2, sequenceLength: 6, maskedPerSequence: 2 };
const [train, validation] = [chainBatches(20, shape, 1), [chainBatches(20, shape, 7).at(0)]];
const options: MlmTaskOptions = { backend: referenceBackend(), shape, train, validation };
const recordOf = (changed: Partial<MlmTaskOptions>): string => JSON.stringify(mlmTask({ ...options, ...changed }).settings);

it("is another task with other settings of fine-tuning, and the same with the defaults named, or with what decides nothing", () => {
  const plain = recordOf({});
  const same: readonly FinetuningSettings[] = [{ learningRate: 3e-4 }, { warmupRatio: 0.06 }, { evaluateEvery: 3 }];
  for (const finetuning of same) expect(recordOf({ finetuning })).toBe(plain);
  const stopped = { earlyStopping: { patience: 2 } };
  const others: readonly FinetuningSettings[] = [{ warmupRatio: 0 }, stopped, { ...stopped, evaluateEvery: 1 }];
  expect(new Set([plain, ...others.map((finetuning) => recordOf({ finetuning }))]).size).toBe(4);
  expect(recordOf({ finetuning: stopped, validation: [chainBatches(20, shape, 8).at(0)] })).not.toBe(recordOf({ finetuning: stopped }));
});

it("is another task where other masked places count", () => {
  expect(recordOf({ train: { ...train, at: (step) => ({ ...train.at(step), weights: Float32Array.of(1, 0, 1, 1) }) } })).not.toBe(recordOf({}));
});

it("warms fine-tuning up as it says", async () => {
  const head: MlmModel["head"] = { kind: "mlm" };
  const model = testModel(uniformArch({ depth: 2, heads: 2, hidden: 8, intermediate: 8, vocabSize: 20, positions: 8 }), head, 1);
  const ratesWith = async (finetuning: FinetuningSettings): Promise<number[]> => {
    const rates: number[] = [];
    const task = mlmTask({ ...options, finetuning: { schedule: "constant", ...finetuning } });
    for await (const event of prune({ backend: options.backend, model, task, targets: [{ fraction: 0.8 }], rounds: 1, method: pruningMethods.layers, alphaSteps: 0, finetuneSteps: 20 })) {
      if (event.type === "training" && event.event.type === "step") rates.push(event.event.learningRate);
    }
    return rates;
  };
  expect((await ratesWith({ warmupRatio: 0.2 })).slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1].map((share) => expect.closeTo(3e-4 * share, 9)));
  expect(await ratesWith({})).toEqual(await ratesWith({ warmupRatio: 0.06 }));
});
