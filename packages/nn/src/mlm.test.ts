import { uniformArch } from "@bort/arch";
import { type MlmBatch } from "@bort/data";
import { evaluate, referenceBackend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { chainBatches } from "./chain-batches.js";
import { evaluateMlm, mlmFeeds, mlmLossGraph, mlmNodes } from "./mlm.js";
import { createModel } from "./model.js";

const shape = { batchSize: 2, sequenceLength: 10, maskedPerSequence: 3 };
const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 8, vocabSize: 21, positions: 10 });
const model = createModel(arch, { kind: "mlm" }, 2);
const batches = chainBatches(21, shape, 1);

/** The same batch with only its first `used` slots in use. */
const withSlots = (batch: MlmBatch, used: number): MlmBatch => ({ ...batch, weights: batch.weights.map((_, i) => (i < used ? 1 : 0)) });
const lossOf = (batch: MlmBatch): number => evaluate([mlmLossGraph(arch, shape).loss], { ...model.parameters.views, ...mlmFeeds(batch) })[0]![0]!;

/** The token of the largest logit at each slot. */
function guessesOf(batch: MlmBatch): number[] {
  const { logits } = mlmNodes(arch, shape);
  const [values] = evaluate([logits], { ...model.parameters.views, ...mlmFeeds(batch) });
  const rows = Array.from(batch.labels, (_, slot) => [...values!.subarray(slot * 21, (slot + 1) * 21)]);
  return rows.map((row) => row.indexOf(Math.max(...row)));
}

describe("evaluateMlm", () => {
  it("lets each masked place count alike, not each batch", async () => {
    const [a, b, none] = [withSlots(batches.at(0), 5), withSlots(batches.at(1), 1), withSlots(batches.at(2), 0)];
    const { loss } = await evaluateMlm(referenceBackend(), model, shape, [a, none, b]);
    expect(loss).toBeCloseTo((5 * lossOf(a) + lossOf(b)) / 6, 5);
    expect(Math.abs(loss - (lossOf(a) + lossOf(b)) / 2)).toBeGreaterThan(1e-3);
  });

  it("gives the share of masked places that are guessed right", async () => {
    const guessed = (batch: MlmBatch, right: number): MlmBatch =>
      ({ ...batch, labels: Int32Array.from(guessesOf(batch), (token, slot) => (slot < right ? token : (token + 1) % 21)) });
    const given = [guessed(withSlots(batches.at(0), 5), 2), guessed(withSlots(batches.at(1), 1), 1)];
    expect((await evaluateMlm(referenceBackend(), model, shape, given)).accuracy).toBeCloseTo(3 / 6, 6);
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

describe("mlmNodes of padded sequences", () => {
  const padded = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 8, vocabSize: 21, positions: 10, padTokenId: 1 });
  /** The loss of two sequences of 6 tokens, padded to a length. */
  const lossAt = (sequenceLength: number, isPadded: boolean): number => {
    const { ids, positions, labels, weights } = chainBatches(21, { batchSize: 2, sequenceLength: 6, maskedPerSequence: 2 }, 1).at(0);
    const longer = new Int32Array(2 * sequenceLength).fill(1);
    for (const row of [0, 1]) longer.set(ids.subarray(6 * row, 6 * row + 6), row * sequenceLength);
    const moved = positions.map((position) => Math.floor(position / 6) * sequenceLength + (position % 6));
    const graph = mlmLossGraph(padded, { batchSize: 2, sequenceLength, maskedPerSequence: 2, padded: isPadded });
    return evaluate([graph.loss], { ...model.parameters.views, ids: longer, positions: moved, labels, weights })[0]![0]!;
  };

  it("reads nothing of the padding", () => {
    expect(lossAt(10, true)).toBeCloseTo(lossAt(6, false), 5);
    expect(lossAt(6, true)).toBeCloseTo(lossAt(6, false), 6);
    expect(Math.abs(lossAt(10, false) - lossAt(6, false))).toBeGreaterThan(1e-4);
  });

  it("needs to know the padding", () => {
    expect(() => mlmLossGraph(arch, { ...shape, padded: true })).toThrow(expect.objectContaining({ code: "nn/bad-option" }));
  });
});
