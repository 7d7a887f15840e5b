import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ownTask } from "./own-task.js";
import { folderWith, jsonl } from "./test-files.js";

describe("ownTask", () => {
  it("reads CSV with quotes and line breaks, and finds the labels of the training file, sorted", async () => {
    const folder = await folderWith({
      "train.csv": 'id,review,stars\n1,"Fine, ""really""\nfine",good\n2,Dull,bad\n3,So so,fair\n', "dev.csv": "stars,review\nbad,Awful\n", "test.csv": "review\nWho knows\n",
    });
    const task = await ownTask({ train: join(folder, "train.csv"), dev: join(folder, "dev.csv"), test: join(folder, "test.csv"), text: "review", label: "stars" });
    expect(task).toMatchObject({ name: "classification", kind: "classification", labels: ["bad", "fair", "good"], splits: ["train", "dev", "test"] });
    expect((await task.examples("train", ""))[0]).toEqual({ text: 'Fine, "really"\nfine', label: "good", index: [0] });
    expect(await task.examples("dev", "")).toEqual([{ text: "Awful", label: "bad", index: [0] }]);
    expect(await task.examples("test", "")).toEqual([{ text: "Who knows", index: [0] }]);
  });

  it("reads pairs from TSV and JSON Lines, whose labels may be numbers or truth values", async () => {
    const folder = await folderWith({
      "a.tsv": 'one\ttwo\tsame\n"A\tB\tyes\nC\tD\tno\n', "b.jsonl": jsonl({ one: "A", two: "B", same: 10 }, { one: "C", two: "D", same: 9 }), "c.jsonl": jsonl({ one: "A", same: true }, { one: "C", same: false }),
    });
    const labels = async (file: string, pair?: string): Promise<unknown> => {
      const task = await ownTask({ train: join(folder, file), text: "one", label: "same", ...(pair !== undefined && { pair }) });
      return [task.labels, (await task.examples("train", "")).map((example) => [example.text, example.pair, example.label])];
    };
    expect(await labels("a.tsv", "two")).toEqual([["no", "yes"], [['"A', "B", "yes"], ["C", "D", "no"]]]);
    expect(await labels("b.jsonl", "two")).toEqual([["10", "9"], [["A", "B", "10"], ["C", "D", "9"]]]);
    expect(await labels("c.jsonl")).toEqual([["false", "true"], [["A", undefined, "true"], ["C", undefined, "false"]]]);
  });

  it("reads values for regression", async () => {
    const folder = await folderWith({ "train.csv": "text,score\na,1.5\nb,-2e1\n", "bad.csv": "text,score\na,1.5\nb,\n" });
    const task = await ownTask({ train: join(folder, "train.csv"), text: "text", label: "score", kind: "regression" });
    expect(task).toMatchObject({ kind: "regression", labels: [], metrics: ["pearson", "spearman"], splits: ["train"] });
    expect(await task.examples("train", "")).toEqual([{ text: "a", value: 1.5, index: [0] }, { text: "b", value: -20, index: [1] }]);
    const bad = await ownTask({ train: join(folder, "bad.csv"), text: "text", label: "score", kind: "regression" });
    await expect(bad.examples("train", "")).rejects.toMatchObject({ code: "data/bad-row", message: expect.stringContaining("bad.csv:3 needs a number") as string });
  });

  it("takes labels that are given, as those of a model, and then needs no training file", async () => {
    const folder = await folderWith({ "dev.csv": "text,label\nb,yes\nc,yes\n", "bad.csv": "text,label\na,no\nb,perhaps\n" });
    const [dev, bad, columns] = [join(folder, "dev.csv"), join(folder, "bad.csv"), { text: "text", label: "label" }];
    const task = await ownTask({ dev, ...columns, labels: ["yes", "no"] });
    expect([task.labels, task.splits, (await task.examples("dev", "")).map(({ label }) => label)]).toEqual([["yes", "no"], ["dev"], ["yes", "yes"]]);
    await expect((await ownTask({ test: bad, ...columns, labels: ["yes", "no"] })).examples("test", "")).rejects.toMatchObject({
      code: "data/unknown-label", message: expect.stringContaining('bad.csv:3 needs a label of yes, no, got "perhaps"') as string,
    });
    await expect(ownTask({ dev, ...columns })).rejects.toMatchObject({ code: "data/bad-option", message: expect.stringContaining("needs labels, or a training file") as string });
    await expect(ownTask({ ...columns, labels: ["yes", "no"] })).rejects.toMatchObject({ code: "data/bad-option", message: expect.stringContaining("needs a file") as string });
  });

  it("names the file and the line of what is wrong", async () => {
    const folder = await folderWith({
      "train.csv": "text,label\na,1\nb,0\n", "other.csv": "text,label\na,1\nb,2\n", "one.csv": "text,label\na,1\n", "empty.csv": "text,label\n", "column.csv": "text,label\na,1\n",
      "utf16.csv": Buffer.from("\ufefftext,label\na,1\n", "utf16le"), "bare.csv": "text\na\n", "a.txt": "a",
    });
    const task = (train: string, dev = "train.csv", text = "text"): ReturnType<typeof ownTask> =>
      ownTask({ train: join(folder, train), dev: join(folder, dev), text, label: "label" });
    const dev = async (file: string, text?: string): Promise<unknown> => (await task("train.csv", file, text)).examples("dev", "");
    await expect(dev("other.csv")).rejects.toMatchObject({ code: "data/unknown-label", message: expect.stringContaining('other.csv:3 needs a label of 0, 1, got "2"') as string });
    await expect(dev("empty.csv")).rejects.toMatchObject({ code: "data/empty-file" });
    await expect(dev("bare.csv")).rejects.toMatchObject({ code: "data/missing-column", message: expect.stringContaining("bare.csv:2 has no label") as string });
    await expect(dev("train.csv", "review")).rejects.toMatchObject({ code: "data/missing-column", message: expect.stringContaining('needs a field "review", and has text, label') as string });
    await expect(dev("none.csv")).rejects.toMatchObject({ code: "data/missing-path" });
    await expect(task("one.csv")).rejects.toMatchObject({ code: "data/missing-label", message: expect.stringContaining("got 1") as string });
    await expect(task("empty.csv")).rejects.toMatchObject({ code: "data/missing-label", message: expect.stringContaining("got none") as string });
    await expect(task("utf16.csv")).rejects.toMatchObject({ code: "data/not-utf8", message: expect.stringContaining("utf16.csv:1 ") as string });
    await expect(task("a.txt")).rejects.toMatchObject({ code: "data/bad-option", message: expect.stringContaining("must end in .csv, .tsv, .jsonl, .parquet") as string });
    await expect((await task("train.csv")).examples("test", "")).rejects.toMatchObject({ code: "data/bad-option" });
  });
});
