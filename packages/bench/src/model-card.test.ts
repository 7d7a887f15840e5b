import { uniformArch } from "@bort/arch";
import { trainByteLevelBpe } from "@bort/data";
import { createModel, type Model } from "@bort/nn";
import { expect, it } from "vitest";
import { modelCard } from "./model-card.js";

const tokenizer = await trainByteLevelBpe(["abc"], { vocabSize: 261 });
const arch = uniformArch({ depth: 1, heads: 1, hidden: 4, intermediate: 4, vocabSize: 261, positions: 8 });
const card = (head: Model["head"]): string => modelCard({ model: createModel(arch, head, 0), tokenizer }, 0);

it("tells labels, a value and masked words apart", () => {
  expect(card({ kind: "classifier", labels: ["no", "yes"] })).toMatch(/# A text classifier[^]*\| labels \| no, yes \|/);
  const value = card({ kind: "classifier", labels: [] });
  expect(value).toMatch(/# A model of a value of texts[^]*AutoModelForSequenceClassification/);
  expect(value).not.toContain("labels |");
  expect(card({ kind: "mlm" })).toMatch(/# A masked language model[^]*AutoModelForMaskedLM/);
});

it("counts the parameters of the one output that a value has", () => {
  const count = (text: string): string => /\| parameters \| ([\d,]+)/.exec(text)![1]!;
  expect(count(card({ kind: "classifier", labels: [] }))).toBe(count(card({ kind: "classifier", labels: ["one"] })));
});
