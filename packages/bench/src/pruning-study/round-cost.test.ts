import { onnxBackend } from "@bort/backend-onnx";
import { expect, it } from "vitest";
import { measureRoundTimes, roundShares } from "./round-cost.js";

it("times steps of prunable parameters in turn with those of pre-training, then the cut", async () => {
  const shape = { batchSize: 2, sequenceLength: 8, hiddenSize: 8, heads: 2, intermediateSize: 16, depth: 1, vocabSize: 30, maskedPerSequence: 2 };
  const ends = [0, 99, 100, 199, /* Not timed, so far. */ 200, 203, 210, 214, 220, 225, 230, 236, 1000, 1500];
  let reads = 0;
  const times = await measureRoundTimes(await onnxBackend({ threads: 1 }), shape, { repeats: 2, clock: () => ends[reads++]! });
  expect(times).toMatchObject({ layers: 1, hiddenSize: 8, alphaMs: 4, trainingMs: 5, cutSeconds: 0.5 });
  expect(reads).toBe(ends.length);
});

it("counts a round as the paper's shares of a pre-training's steps, and the cut by its seconds", () => {
  const times = { layers: 1, hiddenSize: 8, parameters: 1, alphaMs: 40, trainingMs: 50, cutSeconds: 2 };
  const { alphas, finetuning, cut, round } = roundShares(times, 1000);
  expect(alphas).toBeCloseTo(0.0008, 12);
  expect(finetuning).toBe(0.05);
  expect(cut).toBeCloseTo(2 / (1000 * 0.05), 12);
  expect(round).toBeCloseTo(alphas + finetuning + cut, 12);
  expect(roundShares(times, 1_000_000).cut).toBeCloseTo(cut / 1000, 12);
});
