import { uniformArch } from "@bort/arch";
import { type MlmBatch } from "@bort/data";
import { evaluate, referenceBackend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { chainBatches } from "./chain-batches.js";
import { evaluateMlm, mlmFeeds, mlmLossGraph } from "./mlm.js";
import { createModel } from "./model.js";

const shape = { batchSize: 2, sequenceLength: 10, maskedPerSequence: 3 };
const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 8, vocabSize: 21, positions: 10 });
const model = createModel(arch, { kind: "mlm" }, 2);
const batches = chainBatches(21, shape, 1);

/** The same batch with only its first `used` slots in use. */
const withSlots = (batch: MlmBatch, used: number): MlmBatch => ({ ...batch, weights: batch.weights.map((_, i) => (i < used ? 1 : 0)) });
const lossOf = (batch: MlmBatch): number => evaluate([mlmLossGraph(arch, shape).loss], { ...model.parameters.views, ...mlmFeeds(batch) })[0]![0]!;

describe("evaluateMlm", () => {
  it("lets each masked place count alike, not each batch", async () => {
    const [a, b, none] = [withSlots(batches.at(0), 5), withSlots(batches.at(1), 1), withSlots(batches.at(2), 0)];
    const mean = await evaluateMlm(referenceBackend(), model, shape, [a, none, b]);
    expect(mean).toBeCloseTo((5 * lossOf(a) + lossOf(b)) / 6, 5);
    expect(Math.abs(mean - (lossOf(a) + lossOf(b)) / 2)).toBeGreaterThan(1e-3);
  });

  it("needs a masked place", async () => {
    for (const given of [[], [withSlots(batches.at(0), 0)]]) {
      await expect(evaluateMlm(referenceBackend(), model, shape, given)).rejects.toMatchObject({ code: "nn/bad-option" });
    }
  });
});

describe("mlmLossGraph", () => {
  it("of a model that knows nothing is about that of guessing", () => {
    expect(Math.abs(lossOf(batches.at(0)) - Math.log(21))).toBeLessThan(0.5);
  });
});
