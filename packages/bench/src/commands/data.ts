import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mlmBatches, openCorpus, readAhead } from "@bort/data";
import { BenchError } from "../bench-error.js";
import { type BatchRate, type PreparationRates, endToEndRate, measureBatches, timePreparation } from "../data-benchmark.js";
import { formatNumber } from "../format-number.js";
import { thisMachine } from "../machine.js";
import { type Waiting, measureWaiting } from "../measure-waiting.js";
import { parseStepShape } from "../step-shape.js";
import { consoleTable } from "../terminal/console-table.js";
import { type Command, countFlag, jsonFile, mebibytes, textFlag } from "./command.js";
import { engineFlags, engineText, onEngine } from "./on-engine.js";

/** The step that waits for its batches: the second of those that engines are compared on. */
const SHAPE = "16,128,256,4,1024,4,8192,20";

/** The least that one core must make of text. */
const LEAST_TOKENS_PER_SECOND = 200_000;

/** The most of a step that may be spent waiting. */
const MOST_WAITING = 0.03;

/** From text to masked batches: the rate of every stage, and how long a training step waits for its batch. */
export const command: Command = {
  flags: [...engineFlags, "shape", "steps", "out"],
  run: async (paths, flags) => {
    if (paths.length === 0) throw new BenchError("bench/bad-option", "bench: data needs files or folders of text, got none; see --help");
    const text = textFlag(flags, "shape") ?? SHAPE;
    const [given, steps] = [parseStepShape(text), countFlag(flags, "steps", { fallback: 40 })];
    const corpus = await openCorpus(paths);
    const folder = mkdtempSync(join(tmpdir(), "bort-bench-data-"));
    try {
      const { rates, tokenizer, tokens } = await timePreparation(corpus, folder, given.vocabSize);
      const batchRates = measureBatches(tokens, tokenizer);
      const shape = { ...given, vocabSize: tokenizer.vocabSize };
      const batches = mlmBatches(tokens, { ...shape, seed: 0, tokenizer });
      return await onEngine(flags, async (backend, facts) => {
        const waiting = { ahead: await measureWaiting(backend, shape, readAhead(batches), { steps }), atOnce: await measureWaiting(backend, shape, batches, { steps }) };
        tokens.close();
        const result = { machine: thisMachine(), shape: text, ...facts, preparation: rates, batches: batchRates, waiting };
        return {
          result,
          text: [
            preparationText(rates), consoleTable(batchTable(batchRates)), endToEndText(rates, batchRates),
            `training ${text} on ${engineText(facts)}`, waitingText("read ahead", waiting.ahead), waitingText("made when asked for", waiting.atOnce),
          ].join("\n"),
          files: { [`data-${facts.engine}.json`]: jsonFile(result) },
        };
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

const thousands = (rate: number): string => formatNumber(1000 * Math.round(rate / 1000));

function preparationText({ documents, textBytes, tokens, readBytesPerSecond, vocabularySeconds, tokensPerSecond, peakBytes }: PreparationRates): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  const corpus = `${megabytes(textBytes)} MB of text in ${formatNumber(documents)} documents of ${formatNumber(tokens)} tokens`;
  const stages = `read at ${megabytes(readBytesPerSecond)} MB/s, vocabulary in ${vocabularySeconds.toFixed(1)} s, text to shards at ${thousands(tokensPerSecond)} tokens/s`;
  return `${corpus}: ${stages}, at most ${mebibytes(peakBytes)} resident\nshards to masked batches`;
}

function endToEndText(preparation: PreparationRates, batches: readonly BatchRate[]): string {
  const slowest = Math.min(...batches.filter(({ packing }) => packing === "full-document").map((rate) => endToEndRate(preparation, rate)));
  const verdict = slowest >= LEAST_TOKENS_PER_SECOND ? "at least" : "less than";
  return `text to masked batches of full documents: ${thousands(slowest)} tokens/s of one core, ${verdict} ${formatNumber(LEAST_TOKENS_PER_SECOND)}; all rates are of processor time`;
}

const batchTable = (rates: readonly BatchRate[]): Parameters<typeof consoleTable>[0] => ({
  columns: [{ label: "packing" }, { label: "masks" }, { label: "length" }, { label: "tokens/s", format: thousands }],
  rows: rates.map(({ packing, wholeWords, sequenceLength, tokensPerSecond }) => [packing, wholeWords ? "whole words" : "tokens", sequenceLength, tokensPerSecond]),
});

function waitingText(how: string, { stepMs, waitMs, share }: Waiting): string {
  const verdict = share < MOST_WAITING ? "within" : "not within";
  return `batches ${how}: ${waitMs.toFixed(3)} ms of a step of ${stepMs.toFixed(1)} ms are waiting: ${(100 * share).toFixed(2)}%, ${verdict} ${100 * MOST_WAITING}%`;
}
