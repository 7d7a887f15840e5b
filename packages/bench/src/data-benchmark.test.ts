import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mlmBatches, openCorpus, random, readAhead } from "@bort/data";
import { referenceBackend } from "@bort/graph";
import { afterAll, expect, it } from "vitest";
import { endToEndRate, measureBatches, timePreparation } from "./data-benchmark.js";
import { measureWaiting } from "./measure-waiting.js";
import { parseStepShape } from "./step-shape.js";

const folder = mkdtempSync(join(tmpdir(), "bort-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("prepares a corpus, makes batches in every way, and trains on them", async () => {
  const rng = random(0);
  const sentence = (): string => `${Array.from({ length: 12 }, () => ["one", "two", "three", "four"][rng.integer(4)]!).join(" ")}.`;
  const text = Array.from({ length: 40 }, () => Array.from({ length: 30 }, sentence).join(" ")).join("\n\n");
  writeFileSync(join(folder, "a.txt"), text);
  const { rates, tokenizer, tokens } = await timePreparation(await openCorpus([folder]), folder, 270);
  expect(rates).toMatchObject({ documents: 40, textBytes: text.length - 2 * 39, tokens: tokens.tokens });
  const batches = measureBatches(tokens, tokenizer, { places: 1 });
  expect(batches.map(({ packing, wholeWords, sequenceLength }) => [packing, wholeWords, sequenceLength].join())).toHaveLength(12);
  expect([rates.readBytesPerSecond, rates.tokensPerSecond, ...batches.map(({ tokensPerSecond }) => tokensPerSecond)].every((rate) => rate > 0 && rate < Infinity)).toBe(true);
  expect(endToEndRate({ ...rates, tokensPerSecond: 300 }, { ...batches[0]!, tokensPerSecond: 600 })).toBeCloseTo(200, 9);

  const shape = { ...parseStepShape("2,8,8,1,8,1,300,2"), vocabSize: tokenizer.vocabSize };
  const waiting = await measureWaiting(referenceBackend(), shape, readAhead(mlmBatches(tokens, { ...shape, seed: 0, tokenizer })), { steps: 2, warmUp: 1 });
  expect(waiting.share).toBeCloseTo(waiting.waitMs / waiting.stepMs, 12);
  expect(waiting.share).toBeLessThanOrEqual(1);
  tokens.close();
});
