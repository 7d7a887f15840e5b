import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { taskNamed } from "./task-named.js";
import { folderWith, hasRealData, realData } from "./test-files.js";
import { type Split, type TextExample } from "./text-task.js";

/** How often each label is there; "none" for an example without. */
function labelCounts(examples: readonly TextExample[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { label = "none" } of examples) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

const groups = (examples: readonly TextExample[]): number => new Set(examples.map(({ group }) => group)).size;

const expected: readonly (readonly [name: string, splits: Readonly<Partial<Record<Split, Readonly<Record<string, number>>>>>])[] = [
  ["CoLA", { train: { 1: 6023, 0: 2528 }, dev: { 1: 721, 0: 322 }, test: { none: 1063 } }],
  ["SST-2", { train: { 0: 29780, 1: 37569 }, dev: { 0: 428, 1: 444 }, test: { none: 1821 } }],
  ["RTE", { train: { entailment: 1249, not_entailment: 1241 }, dev: { entailment: 146, not_entailment: 131 }, test: { none: 3000 } }],
  ["WNLI", { train: { 0: 323, 1: 312 }, dev: { 0: 40, 1: 31 }, test: { none: 146 } }],
  ["BoolQ", { dev: { true: 2033, false: 1237 }, test: { none: 3245 } }],
  ["CB", { train: { contradiction: 119, entailment: 115, neutral: 16 }, dev: { contradiction: 28, entailment: 23, neutral: 5 }, test: { none: 250 } }],
  ["COPA", { train: { 0: 400, 1: 400 }, dev: { 0: 100, 1: 100 }, test: { none: 1000 } }],
  ["SuperGLUE-RTE", { train: { entailment: 1249, not_entailment: 1241 }, dev: { entailment: 146, not_entailment: 131 }, test: { none: 3000 } }],
  ["WiC", { train: { true: 2714, false: 2714 }, dev: { true: 319, false: 319 }, test: { none: 1400 } }],
  ["WSC", { train: { true: 259, false: 295 }, dev: { true: 38, false: 66 }, test: { none: 146 } }],
  ["AX-b", { test: { entailment: 460, not_entailment: 644 } }],
  ["AX-g", { test: { entailment: 178, not_entailment: 178 } }],
  ["RACE-M", { train: { 1: 1223, 0: 3669 }, dev: { 1: 404, 0: 1212 } }],
  ["RACE-H", { train: { 1: 691, 0: 2073 }, dev: { 1: 211, 0: 633 } }],
];

describe.skipIf(!hasRealData)("the real files (skipped where BORT_DATA is not there)", () => {
  it.each(expected)("reads every row of %s", async (name, splits) => {
    for (const [split, counts] of Object.entries(splits)) {
      const examples = await taskNamed(name).examples(split as Split, realData);
      expect(labelCounts(examples)).toEqual(counts);
      for (const { text, pair } of examples) expect(text.trim() === "" || pair?.trim() === "").toBe(false);
    }
  });

  it("reads the values of STS-B", async () => {
    const task = taskNamed("STS-B");
    const [train, dev, test] = await Promise.all((["train", "dev", "test"] as const).map((split) => task.examples(split, realData)));
    expect([train!.length, dev!.length, test!.length]).toEqual([5749, 1500, 1379]);
    const mean = dev!.reduce((sum, { value }) => sum + value!, 0) / 1500;
    expect(mean).toBeCloseTo(2.36391, 4);
    expect(test!.every(({ value }) => value === undefined)).toBe(true);
  });

  it("reads a sample of MultiRC, in groups of one question", async () => {
    const folder = await folderWith({});
    mkdirSync(join(folder, "MultiRC"));
    symlinkSync(join(realData, "superglue/MultiRC/sample.jsonl"), join(folder, "MultiRC/val.jsonl"));
    const examples = await taskNamed("MultiRC").examples("dev", folder);
    expect([examples.length, groups(examples), labelCounts(examples)]).toEqual([1153, 222, { 0: 648, 1: 505 }]);
  });

  it("keeps the options of a question, the choices of COPA and the pairs of AX-g together", async () => {
    for (const [name, split, size] of [["RACE-M", "dev", 4], ["COPA", "dev", 2], ["AX-g", "test", 2]] as const) {
      const examples = await taskNamed(name).examples(split, realData);
      expect(groups(examples)).toBe(examples.length / size);
      expect(examples.every(({ group }, i) => group === examples[i - (i % size)]!.group)).toBe(true);
    }
    const people = (text: string): string => text.replace(/\b(his|hers?|him|he|she)\b/g, "_");
    const winogender = await taskNamed("AX-g").examples("test", realData);
    expect(winogender.every(({ text, pair }, i) => people(text) === people(winogender[i - (i % 2)]!.text) && pair === winogender[i - (i % 2)]!.pair)).toBe(true);
  });

  it("discards two thirds of RACE's wrong options for balance", async () => {
    expect(labelCounts(await taskNamed("RACE-M", { balance: true, seed: 1 }).examples("train", realData))).toEqual({ 0: 1223, 1: 1223 });
  });

  it("marks every span of WiC and WSC, and changes nothing else", async () => {
    const unmarked = (text: string): string => text.replaceAll("# ", "").replaceAll(" #", "");
    for (const [name, spans] of [["WiC", [1, 1]], ["WSC", [2, 0]]] as const) {
      const plain = await taskNamed(name).examples("train", realData);
      const marked = await taskNamed(name, { casting: "marked-spans" }).examples("train", realData);
      const texts = marked.flatMap(({ text, pair }, i) => [[text, plain[i]!.text, spans[0]], [pair!, plain[i]!.pair!, spans[1]]] as const);
      expect(texts.filter(([text, original, count]) => unmarked(text) !== original || text.split("#").length - 1 !== 2 * count)).toEqual([]);
    }
  });
});
