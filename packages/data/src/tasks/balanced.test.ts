import { describe, expect, it } from "vitest";
import { balanced } from "./balanced.js";
import { taskNamed } from "./task-named.js";
import { folderWith, jsonl } from "./test-files.js";

const examples = Array.from({ length: 100 }, (_, i) => ({ text: String(i), label: ["a", "b", "b", "c"][i % 4]! }));
const texts = (seed: number): string[] => balanced(examples, seed).map(({ text }) => text);

describe("balanced", () => {
  it("keeps as many of each label as the rarest has, in their order", () => {
    const kept = balanced(examples, 1);
    for (const label of ["a", "b", "c"]) expect(kept.filter((example) => example.label === label)).toHaveLength(25);
    expect(kept.map(({ text }) => Number(text))).toEqual(kept.map(({ text }) => Number(text)).sort((a, b) => a - b));
  });

  it("chooses by the seed alone, and takes from all of a label", () => {
    expect(texts(1)).toEqual(texts(1));
    expect(texts(1)).not.toEqual(texts(2));
    expect(new Set(Array.from({ length: 40 }, (_, seed) => texts(seed)).flat()).size).toBe(100);
  });
});

it("is the balance of a task's training, and of no other split", async () => {
  const row = (idx: number, label: number): object => ({ idx, version: 1.1, passage: { text: "P", questions: [{ question: "Q", idx, answers: [
    { text: "a", idx: 3 * idx, label }, { text: "b", idx: 3 * idx + 1, label: 0 }, { text: "c", idx: 3 * idx + 2, label: 0 },
  ] }] } });
  const rows = jsonl(...Array.from({ length: 20 }, (_, i) => row(i, i % 2)));
  const folder = await folderWith({ "MultiRC/train.jsonl": rows, "MultiRC/val.jsonl": rows });
  const task = taskNamed("multirc", { balance: true, seed: 3 });
  const count = async (split: "train" | "dev", label: string): Promise<number> => (await task.examples(split, folder)).filter((example) => example.label === label).length;
  expect([await count("train", "1"), await count("train", "0")]).toEqual([10, 10]);
  expect([await count("dev", "1"), await count("dev", "0")]).toEqual([10, 50]);
});
