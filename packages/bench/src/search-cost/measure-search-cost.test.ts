import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTrialLog } from "@bort/fptas";
import { referenceBackend } from "@bort/graph";
import { afterAll, expect, it } from "vitest";
import { madeUpCorpus } from "./made-up-corpus.js";
import { measureSearchCost } from "./measure-search-cost.js";

const folder = mkdtempSync(join(tmpdir(), "bort-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("runs a whole search with a log and knows what of it was spent in the backend", async () => {
  const vocabSize = 270;
  const corpus = await madeUpCorpus(join(folder, "corpus"), vocabSize);
  expect(corpus.tokenizer.vocabSize).toBe(vocabSize);
  const log = join(folder, "trials.jsonl");
  const cost = await measureSearchCost({
    backend: referenceBackend(), corpus, log, spaceSize: 10, epsilon: 5,
    kind: {
      sizes: { depth: [1, 2], hidden: [2, 10], intermediate: [2, 6] }, teacher: [24, 1, 12, 8], vocabSize,
      shape: { batchSize: 1, sequenceLength: 4, maskedPerSequence: 1 }, steps: 1, epsilons: [],
    },
  });
  corpus.close();
  expect(cost).toMatchObject({ spaceSize: 10, epsilon: 5, trials: 2 });
  expect((await readTrialLog(log)).trials).toHaveLength(2);
  expect(cost.insideSeconds).toBeGreaterThan(0);
  expect(cost.insideSeconds).toBeLessThan(cost.seconds);
  expect(cost.outsideShare).toBeCloseTo(1 - cost.insideSeconds / cost.seconds, 12);
});
