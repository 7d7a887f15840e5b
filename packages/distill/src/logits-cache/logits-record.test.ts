import { uniformArch } from "@bort/arch";
import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { NO_MASS } from "../top-logits.js";
import { type LogitsCacheHeader } from "./logits-cache-header.js";
import { decodeRecord, encodeRecord, recordSizeBytes } from "./logits-record.js";

const [rows, vocabSize] = [6, 31];
const header = (changed: Partial<LogitsCacheHeader>): LogitsCacheHeader => ({
  format: "bort-logits-1", weights: "", shape: { batchSize: 2, sequenceLength: 8, maskedPerSequence: 3 }, firstBatch: "", topK: 4, precision: "float32", temperatures: [1, 2], shardRecords: 1,
  arch: uniformArch({ depth: 1, heads: 1, hidden: 4, intermediate: 4, vocabSize, positions: 8 }), ...changed,
});
const rng = random(3, "record");
const logits = Float32Array.from({ length: rows * vocabSize }, () => 20 + 5 * rng.normal());
const batch = "0123456789abcdef";
const through = (changed: Partial<LogitsCacheHeader>, values: Float32Array = logits): ReturnType<typeof decodeRecord> => decodeRecord(header(changed), encodeRecord(header(changed), batch, values));
const row = (i: number): number[] => [...logits.subarray(i * vocabSize, (i + 1) * vocabSize)];
const logSumExp = (values: readonly number[], temperature: number): number => Math.log(values.reduce((sum, value) => sum + Math.exp(value / temperature), 0));

describe("a record", () => {
  it("keeps the largest logits, their tokens, the batch and the mass of the others", () => {
    const record = through({});
    expect(record.batch).toBe(batch);
    for (let i = 0; i < rows; i++) {
      const sorted = row(i).map((value, token) => ({ value, token })).sort((a, b) => b.value - a.value);
      expect([...record.logits.subarray(4 * i, 4 * i + 4)]).toEqual(sorted.slice(0, 4).map(({ value }) => value));
      expect([...record.tokens.subarray(4 * i, 4 * i + 4)]).toEqual(sorted.slice(0, 4).map(({ token }) => token));
      for (const temperature of [1, 2]) expect(record.rest(temperature)[i]).toBeCloseTo(logSumExp(sorted.slice(4).map(({ value }) => value), temperature), 5);
    }
  });

  it("keeps the whole vocabulary bit for bit in its order", () => expect(through({ topK: vocabSize }).logits).toEqual(logits));

  it("keeps half the bytes in float16, and every difference of logits to a thousandth of the largest", () => {
    const record = through({ precision: "float16", topK: vocabSize });
    for (let i = 0; i < rows; i++) {
      const largest = Math.max(...row(i));
      row(i).forEach((value, token) => expect(Math.abs(record.logits[i * vocabSize + token]! - (value - largest))).toBeLessThan(1e-3 * Math.max(1, largest - value)));
    }
    expect(recordSizeBytes(header({ precision: "float16", topK: vocabSize }))).toBe(8 + 2 * rows * vocabSize);
    const [kept, whole] = [through({ precision: "float16" }), through({})];
    kept.rest(2).forEach((mass, i) => expect(mass - kept.logits[4 * i]! / 2).toBeCloseTo(whole.rest(2)[i]! - whole.logits[4 * i]! / 2, 5));
  });

  it("spreads the others' mass evenly at a temperature that was not asked for, exactly where they are equal", () => {
    const flat = logits.map((value, i) => (i % vocabSize < 4 ? value + 100 : 10));
    for (const temperature of [0.5, 1.4, 1.6, 5]) {
      through({}, flat).rest(temperature).forEach((mass) => expect(mass).toBeCloseTo(10 / temperature + Math.log(vocabSize - 4), 4));
    }
    // Else it is close near a temperature that was.
    through({}).rest(1.9).forEach((mass, i) => expect(mass).toBeCloseTo(logSumExp(row(i).sort((a, b) => b - a).slice(4), 1.9), 0));
  });

  it("has tokens of two bytes or four, as the vocabulary needs", () => {
    const large = { ...header({}).arch, vocabSize: 70_000 };
    const values = Float32Array.from({ length: rows * 70_000 }, (_, i) => (i % 70_000 === 69_999 ? 3 : (i % 7) - 7));
    expect(through({ arch: large, topK: 1 }, values).tokens).toEqual(new Int32Array(rows).fill(69_999));
    expect(recordSizeBytes(header({ arch: large, topK: 1 }))).toBe(8 + 8 * rows + 4 * rows + 4 * rows);
    expect(recordSizeBytes(header({ topK: 1 }))).toBe(8 + 8 * rows + 4 * rows + 2 * rows);
  });

  it("says that others without any mass have none", () => {
    const sure = logits.map((_, i) => (i % vocabSize === 5 ? 3e4 : -3e4));
    expect(through({ topK: 1 }, sure).rest(1)).toEqual(new Float32Array(rows).fill(NO_MASS));
  });

  it.each([Number.NaN, Infinity])("is refused where a logit is %d", (value) => {
    expect(() => through({}, logits.with(7, value))).toThrow(expect.objectContaining({ code: "distill/not-finite" }));
  });
});
