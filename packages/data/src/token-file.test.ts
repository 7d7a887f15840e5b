import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import type * as promises from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openTokenFile, verifyTokenFile, writeTokenFile } from "./token-file.js";
import { openTokenShards, writeTokenShards } from "./token-shards.js";
import type { Tokenizer } from "./tokenizer.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";

/** The bytes that the disk takes before it is full, and those that it takes at once. */
const disk = vi.hoisted(() => ({ freeBytes: Infinity, atOnceBytes: Infinity }));
vi.mock("node:fs/promises", async (load) => {
  const real = await load<typeof promises>();
  const open: typeof real.open = async (...args) => {
    const handle = await real.open(...args);
    const write = handle.write.bind(handle) as (buffer: Buffer, start: number, size: number, position: number) => ReturnType<typeof handle.write>;
    const limited = (buffer: Buffer, start: number, size: number, position: number): ReturnType<typeof handle.write> => {
      if (disk.freeBytes === 0) return Promise.reject(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }));
      const taken = Math.min(size, disk.freeBytes, disk.atOnceBytes);
      disk.freeBytes -= taken;
      return write(buffer, start, taken, position);
    };
    return Object.assign(handle, { write: limited });
  };
  return { ...real, open };
});

const TEXTS = ["one two three", "", "four five"];
let tokenizer: Tokenizer;
let root: string;
let path: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "bort-tokens-"));
  path = join(root, "tokens.bin");
  tokenizer = await trainByteLevelBpe(["one two three four five"], { vocabSize: 262 });
  await writeTokenFile(path, TEXTS, tokenizer);
});
afterEach(() => Object.assign(disk, { freeBytes: Infinity, atOnceBytes: Infinity }));
afterAll(() => rmSync(root, { recursive: true }));

const EXPECTED = (): number[] => TEXTS.flatMap((text) => [...tokenizer.encode(text), tokenizer.special.end]);
const withVocabulary = (vocabSize: number): Tokenizer => ({
  vocabSize, special: tokenizer.special, encode: () => Int32Array.of(5, vocabSize - 1), decode: String, idToToken: String, modelInput: () => ({ ids: new Int32Array(), tokenTypes: new Int32Array() }), toJson: () => "{}",
});

describe("a token file", () => {
  it("holds the tokens of every document and an end after each", () => {
    const file = openTokenFile(path, tokenizer);
    expect(file.tokens).toBe(EXPECTED().length);
    expect(file.vocabSize).toBe(tokenizer.vocabSize);
    expect([...file.read(0, file.tokens)]).toEqual(EXPECTED());
    const [first, second] = [file.read(3, 4), file.read(5, 4)];
    expect([...first, ...second]).toEqual([...EXPECTED().slice(3, 7), ...EXPECTED().slice(5, 9)]);
    expect([...file.read(file.tokens, 0)]).toEqual([]);
    file.close();
  });

  it.each([[262, 2], [65_536, 2], [65_537, 4], [2 ** 20, 4]])("of a vocabulary of %i takes %i bytes a token", async (vocabSize, width) => {
    const other = withVocabulary(vocabSize);
    const { sizeBytes, tokens, documents } = await writeTokenFile(join(root, "wide.bin"), ["a", "b"], other);
    expect({ sizeBytes, tokens, documents }).toEqual({ sizeBytes: 80 + 6 * width, tokens: 6, documents: 2 });
    const file = openTokenFile(join(root, "wide.bin"), other);
    expect([...file.read(0, 6)]).toEqual([5, vocabSize - 1, 2, 5, vocabSize - 1, 2]);
    file.close();
  });

  it("may be larger than the buffer it is written through", async () => {
    const text = "one two ".repeat(3000);
    const large = join(root, "large.bin");
    const { tokens } = await writeTokenFile(large, (function* () { for (let i = 0; i < 40; i++) yield text; })(), tokenizer);
    expect(tokens).toBe(40 * (tokenizer.encode(text).length + 1));
    expect(tokens * 2).toBeGreaterThan(1 << 20);
    const file = openTokenFile(large, tokenizer);
    const one = file.read(0, tokens / 40);
    const isOne = (i: number): boolean => Buffer.compare(Buffer.from(file.read(i * one.length, one.length).buffer), Buffer.from(one.buffer)) === 0;
    expect([...one]).toEqual([...tokenizer.encode(text), tokenizer.special.end]);
    expect(Array.from({ length: 40 }, (_, i) => isOne(i))).not.toContain(false);
    file.close();
  });

  it.each([[-1, 1], [0, -1], [0, 1e9], [0.5, 1], [0, NaN]])("has no tokens at offset %s, count %s", (offset, count) => {
    const file = openTokenFile(path);
    expect(() => file.read(offset, count)).toThrow(expect.objectContaining({ code: "data/bad-tokens" }));
    file.close();
  });

  it.each<[string, RegExp, (copy: string) => void]>([
    ["cut short by a byte", /bytes/, (copy) => truncateSync(copy, readFileSync(copy).length - 1)],
    ["cut within its header", /not a token file/, (copy) => truncateSync(copy, 40)],
    ["empty", /not a token file/, (copy) => truncateSync(copy, 0)],
    ["too long", /bytes/, (copy) => writeFileSync(copy, "x", { flag: "a" })],
    ["of another kind", /not a token file/, (copy) => writeFileSync(copy, "x".repeat(200))],
    ["of another version", /format 9/, (copy) => { const bytes = readFileSync(copy); bytes[8] = 9; writeFileSync(copy, bytes); }],
  ])("is refused when it is %s", (_, message, spoil) => {
    const copy = join(root, "spoiled.bin");
    copyFileSync(path, copy);
    spoil(copy);
    const error = { code: "data/bad-tokens", message: expect.stringMatching(message) as string };
    expect(() => openTokenFile(copy)).toThrow(expect.objectContaining(error));
  });

  it("is refused with another tokenizer, or with a token beyond its vocabulary", () => {
    expect(() => openTokenFile(path, withVocabulary(262))).toThrow(expect.objectContaining({ code: "data/bad-tokens" }));
    const bytes = readFileSync(path);
    bytes.writeUInt16LE(262, 80);
    writeFileSync(join(root, "spoiled.bin"), bytes);
    const file = openTokenFile(join(root, "spoiled.bin"));
    expect(() => file.read(0, 1)).toThrow(expect.objectContaining({ code: "data/bad-tokens" }));
    file.close();
  });

  it("must exist", () => {
    expect(() => openTokenFile(join(root, "missing.bin"))).toThrow(expect.objectContaining({ code: "data/missing-path" }));
  });

  it("knows its documents, and finds a byte that has changed", () => {
    const file = openTokenFile(path, tokenizer);
    expect(file.documents).toBe(TEXTS.length);
    file.close();
    expect(() => file.read(0, 1)).toThrow(expect.objectContaining({ code: "data/read-failed" }));
    verifyTokenFile(path, tokenizer);
    const bytes = readFileSync(path);
    bytes[90]! ^= 1;
    const copy = join(root, "changed.bin");
    writeFileSync(copy, bytes);
    expect(() => verifyTokenFile(copy)).toThrow(expect.objectContaining({ code: "data/bad-tokens", message: expect.stringContaining(copy) as string }));
  });
});

describe("writeTokenFile", () => {
  const leftovers = (): string[] => readdirSync(root).filter((name) => name.endsWith(".tmp") || name.startsWith("new"));
  const fresh = (): string => join(root, "new.bin");

  it.each([0, 10, 30])("leaves nothing behind when the disk is full after %i bytes", async (freeBytes) => {
    disk.freeBytes = freeBytes;
    await expect(writeTokenFile(fresh(), TEXTS, tokenizer)).rejects.toThrow(expect.objectContaining({
      code: "data/write-failed", message: `data: cannot write ${fresh()} (the disk is full; free some space)`,
    }));
    expect(leftovers()).toEqual([]);
  });

  it("leaves nothing behind, and the error as it is, when the documents fail or the work is stopped", async () => {
    const failing = function* (): Generator<string> { yield "one"; throw new RangeError("mine"); };
    await expect(writeTokenFile(fresh(), failing(), tokenizer)).rejects.toThrow(RangeError);
    const stopped = writeTokenFile(fresh(), TEXTS, tokenizer, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    expect(leftovers()).toEqual([]);
  });

  it("writes on where the disk takes a part", async () => {
    disk.atOnceBytes = 64;
    const partly = join(root, "partly.bin");
    const { tokens } = await writeTokenFile(partly, ["one two ".repeat(100)], tokenizer);
    const file = openTokenFile(partly, tokenizer);
    expect([...file.read(0, tokens)]).toEqual([...tokenizer.encode("one two ".repeat(100)), tokenizer.special.end]);
    file.close();
  });

  it("keeps the old file when a new one fails", async () => {
    const before = readFileSync(path);
    disk.freeBytes = 5;
    await expect(writeTokenFile(path, TEXTS, tokenizer)).rejects.toThrow(expect.objectContaining({ code: "data/write-failed" }));
    expect(readFileSync(path)).toEqual(before);
  });

  it("says that a folder is missing", async () => {
    const lost = writeTokenFile(join(root, "no/such/folder.bin"), TEXTS, tokenizer);
    await expect(lost).rejects.toThrow(expect.objectContaining({ code: "data/write-failed" }));
  });

  it("keeps whole shards and no half of one when the disk is full, and goes on when it is not", async () => {
    const folder = mkdtempSync(join(root, "shards-"));
    const prefix = join(folder, "train");
    const texts = Array.from({ length: 50 }, (_, i) => `one two ${i}`);
    disk.freeBytes = 500;
    await expect(writeTokenShards(prefix, texts, tokenizer, { shardTokens: 60 })).rejects.toThrow(expect.objectContaining({ code: "data/write-failed" }));
    const whole = readdirSync(folder);
    expect(whole).toEqual(["train-00000.tokens", "train-00001.tokens"]);
    disk.freeBytes = Infinity;
    const summary = await writeTokenShards(prefix, texts, tokenizer, { shardTokens: 60 });
    expect(summary.documents).toBe(50);
    openTokenShards(prefix, summary, tokenizer).close();
  });

  it("reports its progress", async () => {
    const seen: [number, number][] = [];
    await writeTokenFile(join(root, "progress.bin"), new Array<string>(2500).fill("one"), tokenizer, { onProgress: (...at) => seen.push(at) });
    const perDocument = tokenizer.encode("one").length + 1;
    expect(seen).toEqual([1000, 2000, 2500].map((documents) => [documents, documents * perDocument]));
  });
});
