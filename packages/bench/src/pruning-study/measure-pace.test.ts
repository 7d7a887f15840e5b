import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { expect, it } from "vitest";
import { equalTimeSteps, inBaseSteps, measurePace } from "./measure-pace.js";

it("is the median of steps of both in turn, on the clock that is given", async () => {
  const archOf = (depth: number): ReturnType<typeof uniformArch> => uniformArch({ depth, heads: 1, hidden: 4, intermediate: 4, vocabSize: 9, positions: 6 });
  const shape = { batchSize: 2, sequenceLength: 6, hiddenSize: 4, heads: 1, intermediateSize: 4, depth: 2, vocabSize: 30, maskedPerSequence: 2 };
  const ends = [0, 9, 9, 99, /* Not timed, so far. */ 100, 108, 110, 112, 200, 204, 210, 211, 300, 305, 310, 313];
  let reads = 0;
  expect(await measurePace(await onnxBackend({ threads: 1 }), [archOf(2), archOf(1)], shape, { repeats: 3, clock: () => ends[reads++]! })).toEqual({ baseMs: 5, ownMs: 2, ratio: 0.25 });
  expect(reads).toBe(ends.length);
});

it("makes equal time of steps, none where no time is left", () => {
  expect(equalTimeSteps(40, { ratio: 0.5 })).toBe(80);
  expect(equalTimeSteps(-3, { ratio: 0.5 })).toBe(0);
  expect(inBaseSteps(80, { ratio: 0.5 })).toBe(40);
});
