import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openPreparedCorpus, prepareCorpus, type PrepareCorpusOptions, type PrepareProgress } from "./prepare-corpus.js";

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
});
