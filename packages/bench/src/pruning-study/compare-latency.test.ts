import { uniformArch } from "@bort/arch";
import { referenceBackend } from "@bort/graph";
import { expect, it } from "vitest";
import { compareLatency } from "./compare-latency.js";

it("is the median of the ratios of calls in turn, which medians of their own may not have", async () => {
  const arch = uniformArch({ depth: 1, heads: 1, hidden: 4, intermediate: 4, vocabSize: 9, positions: 6 });
  const tookMs = [...Array.from({ length: 6 }, () => 1), 10, 5, 20, 12, 40, 8];
  let [now, reads] = [0, 0];
  const clock = (): number => (reads++ % 2 === 0 ? now : (now += tookMs[(reads >> 1) - 1]!));
  expect(await compareLatency(referenceBackend(), [arch, arch], { sequenceLength: 6, repeats: 3, clock })).toEqual({ baseMs: 20, ownMs: 8, ratio: 0.5 });
});
