import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { openPreparedCorpus, prepareCorpus, type PrepareCorpusOptions, type PreparedCorpus, type PrepareProgress } from "./prepare-corpus.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";

const root = mkdtempSync(join(tmpdir(), "bort-data-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const documents = ["one fish", "two fish", "red fish", "blue fish"];
const splitOf = (text: string): "train" | "validation" => (text === "blue fish" ? "validation" : "train");

describe("prepareCorpus", () => {
  it("trains the vocabulary on the training part, and writes each part's tokens", async () => {
    const folder = join(root, "whole");
    const seen: PrepareProgress[] = [];
    const corpus = await prepareCorpus(folder, () => documents, { tokenizer: { vocabSize: 270 }, splitOf, onProgress: (progress) => seen.push(progress) });
    const { tokenizer } = corpus;
    expect(tokenizer.decode(corpus.train.read(0, corpus.train.tokens))).toBe("one fish</s>two fish</s>red fish</s>");
    expect(tokenizer.decode(corpus.validation.read(0, corpus.validation.tokens))).toBe("blue fish</s>");
    expect([...new Set(seen.map(({ stage }) => stage))]).toEqual(["vocabulary", "train", "validation"]);
    const tokens = corpus.train.tokens;
    corpus.close();

    const reopened = openPreparedCorpus(folder, tokenizer);
    expect(reopened.train.tokens).toBe(tokens);
    reopened.close();
    expect(() => openPreparedCorpus(join(root, "absent"), tokenizer)).toThrow(expect.objectContaining({ code: "data/missing-path" }));
  });

  it("refuses a part without documents, and takes back what it made and nothing else", async () => {
    const options: PrepareCorpusOptions = { tokenizer: { vocabSize: 270 }, splitOf: () => "train" };
    await expect(prepareCorpus(join(root, "a", "b"), () => documents, options)).rejects.toMatchObject({ code: "data/corpus-too-small" });
    expect(existsSync(join(root, "a"))).toBe(false);

    const shared = mkdtempSync(join(root, "shared-"));
    writeFileSync(join(shared, "notes.txt"), "mine");
    await expect(prepareCorpus(shared, () => documents, options)).rejects.toMatchObject({ code: "data/corpus-too-small" });
    expect(readdirSync(shared)).toEqual(["notes.txt"]);
  });

  it("says where it cannot write", async () => {
    writeFileSync(join(root, "file"), "");
    const prepared = prepareCorpus(join(root, "file", "below"), () => documents, { tokenizer: { vocabSize: 270 }, splitOf });
    await expect(prepared).rejects.toMatchObject({ code: "data/write-failed" });
  });

  it("lets others at the folder where it cannot take back what it made", async () => {
    const folder = mkdtempSync(join(root, "stuck-"));
    mkdirSync(join(folder, "train-0.tokens")); // A folder in a shard's place, which is not removed as a file.
    await expect(prepareCorpus(folder, () => documents, { tokenizer: { vocabSize: 270 }, splitOf })).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(["train-0.tokens"]);
  });
});

describe("prepareCorpus from a source", () => {
  const many = Array.from({ length: 400 }, (_, i) => `${"fish ".repeat(i % 9)}number ${i}`);
  const options: PrepareCorpusOptions = { tokenizer: { vocabSize: 280 }, source: "many", splitOf: (text) => (text.endsWith("7") ? "validation" : "train"), shardTokens: 500 };
  const tokensOf = ({ train, validation }: PreparedCorpus): number[][] => [train, validation].map((part) => [...part.read(0, part.tokens)]);
  /** What a preparation holds; it is closed. */
  const held = async (folder: string, passes: () => void, changed: Partial<PrepareCorpusOptions> = {}): Promise<number[][]> => {
    const corpus = await prepareCorpus(folder, () => { passes(); return many; }, { ...options, ...changed });
    try {
      return tokensOf(corpus);
    } finally {
      corpus.close();
    }
  };

  it("uses what was made of the same source with the same tokenizer, and nothing else", async () => {
    const folder = join(root, "reused");
    const passes = vi.fn();
    const first = await held(folder, passes);
    expect(passes).toHaveBeenCalledTimes(3);
    expect(readdirSync(folder).filter((name) => name.startsWith("train-")).length).toBeGreaterThan(3);
    expect(await held(folder, passes)).toEqual(first);
    expect(passes).toHaveBeenCalledTimes(3);
    expect(await held(folder, passes, { source: "other" })).toEqual(first);
    expect(passes).toHaveBeenCalledTimes(6);
    expect(await held(folder, passes, { source: "other", tokenizer: { vocabSize: 270 } })).not.toEqual(first);
    expect(passes).toHaveBeenCalledTimes(9);
  });

  it.each([["the vocabulary", 0, 100, 3], ["the training part", 1, 300, 2], ["the validation part", 2, 399, 2]])("goes on after a kill in %s", async (_, pass, at, passesLeft) => {
    const whole = await held(join(root, `whole-${pass}`), () => undefined);
    const [folder, killed] = [join(root, `dying-${pass}`), join(root, `killed-${pass}`)];
    let passes = -1;
    const dying = function* (): Generator<string> {
      passes++;
      for (const [i, text] of many.entries()) {
        if (passes === pass && i === at) cpSync(folder, killed, { recursive: true }); // As a kill at this moment leaves it.
        yield text;
      }
    };
    (await prepareCorpus(folder, dying, options)).close();
    expect(readdirSync(killed)).toContain("prepare.lock");
    expect(readdirSync(killed).some((name) => name.endsWith(".tmp"))).toBe(pass > 0);
    await expect(prepareCorpus(killed, () => many, options)).rejects.toMatchObject({
      code: "data/locked", message: `data: process ${process.pid} prepares a corpus in ${killed}; wait until it ends, or give another folder`,
    });
    writeFileSync(join(killed, "prepare.lock"), JSON.stringify({ pid: spawnSync(process.execPath, ["--eval", ""]).pid }));
    const again = vi.fn();
    expect(await held(killed, again)).toEqual(whole);
    expect(again).toHaveBeenCalledTimes(passesLeft);
    expect(readdirSync(killed)).toEqual(readdirSync(folder));
  });

  it.each(["train-00001.tokens", "validation-00000.tokens"])("makes %s again where it was deleted, with the vocabulary that was trained", async (name) => {
    const folder = join(root, `deleted-${name}`);
    const whole = await held(folder, () => undefined);
    const before = readFileSync(join(folder, name));
    rmSync(join(folder, name));
    const passes = vi.fn();
    expect(await held(folder, passes)).toEqual(whole);
    expect(passes).toHaveBeenCalledTimes(2);
    expect(readFileSync(join(folder, name)).equals(before)).toBe(true);
  });

  it("keeps whole shards when the documents fail, and refuses a folder that is in use", async () => {
    const folder = join(root, "failing");
    const failing = function* (): Generator<string> {
      yield* many;
      throw new RangeError("mine");
    };
    const tokenizer = await trainByteLevelBpe(many, { vocabSize: 280 });
    await expect(prepareCorpus(folder, failing, { ...options, tokenizer })).rejects.toThrow(RangeError);
    const kept = readdirSync(folder);
    expect(kept.filter((name) => /^train-\d{5}\.tokens$/.test(name)).length).toBe(kept.length - 1);
    expect(kept).toContain("prepared.json");
    expect(() => openPreparedCorpus(folder, tokenizer)).toThrow(expect.objectContaining({ code: "data/missing-path" }));
  });

  it("refuses a file of its name that it did not write", async () => {
    const folder = join(root, "foreign");
    mkdirSync(folder);
    writeFileSync(join(folder, "prepared.json"), "{");
    await expect(prepareCorpus(folder, () => many, options)).rejects.toMatchObject({ code: "data/bad-tokens" });
  });
});
