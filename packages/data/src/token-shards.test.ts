import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTokenShards, writeTokenShards } from "./token-shards.js";
import type { Tokenizer } from "./tokenizer.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";

const TEXTS = Array.from({ length: 60 }, (_, i) => "word ".repeat(i % 7) + i);
const tokenizer: Tokenizer = await trainByteLevelBpe(["word word 0 1 2 3"], { vocabSize: 265 });
const EXPECTED = TEXTS.flatMap((text) => [...tokenizer.encode(text), tokenizer.special.end]);

let root: string;
let prefix: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bort-shards-"));
  prefix = join(root, "train");
});
afterEach(() => rmSync(root, { recursive: true }));

describe("token shards", () => {
  it("are one run of tokens, which a shard leaves with a whole document", async () => {
    const summary = await writeTokenShards(prefix, TEXTS, tokenizer, { shardTokens: 40 });
    expect(summary).toMatchObject({ documents: 60, tokens: EXPECTED.length });
    expect(summary.shards).toBeGreaterThan(4);
    expect(readdirSync(root)).toEqual(Array.from({ length: summary.shards }, (_, i) => `train-${String(i).padStart(5, "0")}.tokens`));
    const tokens = openTokenShards(prefix, summary, tokenizer);
    expect([...tokens.read(0, tokens.tokens)]).toEqual(EXPECTED);
    for (let offset = 0; offset <= EXPECTED.length; offset++) {
      const count = Math.min(97, EXPECTED.length - offset);
      expect([...tokens.read(offset, count)]).toEqual(EXPECTED.slice(offset, offset + count));
    }
    tokens.close();
  });

  it.each([[-1, 1], [0, -1], [0, 1e9], [1e9, 1], [0.5, 1], [0, NaN], [NaN, 1]])("have no tokens at offset %s, count %s", async (offset, count) => {
    const tokens = openTokenShards(prefix, await writeTokenShards(prefix, TEXTS, tokenizer, { shardTokens: 40 }), tokenizer);
    expect(() => tokens.read(offset, count)).toThrow(expect.objectContaining({ code: "data/bad-tokens" }));
    tokens.close();
  });

  it("go on after the last whole one, without tokenizing what is there", async () => {
    const failing = function* (): Generator<string> {
      yield* TEXTS.slice(0, 45);
      throw new RangeError("mine");
    };
    await expect(writeTokenShards(prefix, failing(), tokenizer, { shardTokens: 40 })).rejects.toThrow(RangeError);
    const begun = readdirSync(root);
    expect(begun.every((name) => name.endsWith(".tokens"))).toBe(true);
    const written = begun.map((name) => statSync(join(root, name)).mtimeMs);
    const encoded: string[] = [];
    const watched: Tokenizer = { ...tokenizer, special: tokenizer.special, vocabSize: tokenizer.vocabSize, toJson: () => tokenizer.toJson(), encode: (text) => {
      encoded.push(text);
      return tokenizer.encode(text);
    } };
    const summary = await writeTokenShards(prefix, TEXTS, watched, { shardTokens: 40 });
    expect(encoded.length).toBeLessThan(25);
    expect(encoded).toEqual(TEXTS.slice(-encoded.length));
    expect(begun.map((name) => statSync(join(root, name)).mtimeMs)).toEqual(written);
    const tokens = openTokenShards(prefix, summary, tokenizer);
    expect([...tokens.read(0, tokens.tokens)]).toEqual(EXPECTED);
    tokens.close();
  });

  it("are refused by name where one is cut short, changed, gone, or of another tokenizer", async () => {
    const summary = await writeTokenShards(prefix, TEXTS, tokenizer, { shardTokens: 40 });
    const second = join(root, "train-00001.tokens");
    const bytes = readFileSync(second);
    const named = (code: string): unknown => expect.objectContaining({ code, message: expect.stringContaining(second) as string });
    bytes[100]! ^= 1;
    writeFileSync(second, bytes);
    await expect(writeTokenShards(prefix, TEXTS, tokenizer)).rejects.toEqual(named("data/bad-tokens"));
    truncateSync(second, bytes.length - 1);
    expect(() => openTokenShards(prefix, summary, tokenizer)).toThrow(named("data/bad-tokens"));
    await expect(writeTokenShards(prefix, TEXTS, tokenizer)).rejects.toEqual(named("data/bad-tokens"));
    rmSync(second);
    expect(() => openTokenShards(prefix, summary, tokenizer)).toThrow(named("data/missing-path"));
    const other = await trainByteLevelBpe(["another"], { vocabSize: 265 });
    expect(() => openTokenShards(prefix, { ...summary, shards: 1 }, other)).toThrow(expect.objectContaining({ code: "data/bad-tokens" }));
    expect(() => openTokenShards(prefix, { ...summary, shards: 1 }, tokenizer)).toThrow(/should hold 60 documents/);
  });

  it("refuses shards of no size, and makes none of no documents", async () => {
    await expect(writeTokenShards(prefix, TEXTS, tokenizer, { shardTokens: 0 })).rejects.toMatchObject({ code: "data/bad-option" });
    expect(await writeTokenShards(prefix, [], tokenizer)).toEqual({ shards: 0, documents: 0, tokens: 0 });
    expect(existsSync(join(root, "train-00000.tokens"))).toBe(false);
  });
});
