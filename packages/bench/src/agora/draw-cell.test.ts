import { type TextExample } from "@bort/data";
import { describe, expect, it } from "vitest";
import { agoraSetting, thetaOf } from "./agora-setting.js";
import { drawCell, drawExamples, withoutEvaluation } from "./draw-cell.js";

const examples = (count: number, positives = 3): TextExample[] => Array.from({ length: count }, (_, i) => ({ text: `text ${i}`, label: i % positives === 0 ? "1" : "0" }));
const pairs = (count: number): TextExample[] =>
  Array.from({ length: 2 * count }, (_, i) => ({ text: `option ${i}`, group: String(i >> 1), label: i % 2 === (i >> 1) % 2 ? "1" : "0" }));
const texts = (of: readonly TextExample[]): string[] => of.map(({ text }) => text);

describe("drawExamples", () => {
  it("draws as many as it is told in their order, other ones with another seed, and those of a smaller draw for a larger one, too", () => {
    const all = examples(100);
    const [few, many] = [drawExamples(all, 20, 1), drawExamples(all, 60, 1)];
    expect([few.length, many.length]).toEqual([20, 60]);
    expect(few).toEqual(all.filter((example) => few.includes(example)));
    expect(few.every((example) => many.includes(example))).toBe(true);
    expect(drawExamples(all, 20, 2)).not.toEqual(few);
    expect(drawExamples(all, 100, 1)).toEqual(all);
  });

  it("keeps groups whole", () => {
    const drawn = drawExamples(pairs(30), 21, 0);
    expect(drawn).toHaveLength(22);
    expect(new Set(drawn.map(({ group }) => group)).size).toBe(11);
  });

  it("refuses to draw more than there are", () => {
    expect(() => drawExamples(examples(5), 6, 0)).toThrow(expect.objectContaining({ code: "bench/no-examples" }));
  });
});

describe("drawCell", () => {
  it("parts what it draws into D and a balanced E", () => {
    const { train, evaluation, drawn, examples: balanced } = drawCell(examples(400), 200, 0, agoraSetting);
    expect(drawn).toBe(200);
    expect(train.length + Math.round(0.2 * 200)).toBeCloseTo(200, -1);
    expect(texts(train).filter((text) => texts(evaluation).includes(text))).toEqual([]);
    const positives = evaluation.filter(({ label }) => label === "1").length;
    expect(evaluation).toHaveLength(2 * positives);
    expect(balanced).toBe(2 * train.filter(({ label }) => label === "1").length);
  });

  it("keeps all options of a question on one side", () => {
    const { train, evaluation } = drawCell(pairs(40), "all", 3, agoraSetting);
    const groups = (of: readonly TextExample[]): Set<string | undefined> => new Set(of.map(({ group }) => group));
    expect([...groups(train)].filter((group) => groups(evaluation).has(group))).toEqual([]);
    expect(evaluation).toHaveLength(2 * groups(evaluation).size);
  });

  it("gives few examples twice the passes, and those that a rare label leaves as many as make the least steps", () => {
    const { student: { epochs, leastSteps }, batchSize } = agoraSetting;
    expect(drawCell(examples(3000, 2), 2000, 0, agoraSetting).epochs).toBe(epochs);
    expect(drawCell(examples(3000, 2), 500, 0, agoraSetting).epochs).toBe(2 * epochs);
    const rare = drawCell(examples(250, 50), "all", 0, agoraSetting);
    expect(rare.examples).toBeLessThan(batchSize);
    expect(rare.epochs).toBe(leastSteps);
  });
});

it("leaves no text of an E to Socrates, wherever it occurs", () => {
  const all = [...examples(100), ...examples(20)];
  const cells = [0, 1].map((seed) => drawCell(all, 50, seed, agoraSetting));
  const left = withoutEvaluation(all, cells);
  for (const { evaluation } of cells) expect(texts(left).filter((text) => texts(evaluation).includes(text))).toEqual([]);
  expect(left.length).toBeGreaterThan(80);
});

it("has no seed of a set twice", () => {
  const seeds = [0, 1, 2].flatMap((seed) => thetaOf(agoraSetting.theta, seed)).map(({ seed }) => seed);
  expect([...new Set(seeds)]).toEqual([0, 1000, 2000]);
});
