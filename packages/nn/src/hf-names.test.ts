import { presetNamed, uniformArch } from "@bort/arch";
import { sizeOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { hfFamily, hfTensors } from "./hf-names.js";
import { type ModelHead, modelParameters } from "./parameter-spec.js";
import { unevenArch } from "./test-models.js";

const labels: ModelHead = { kind: "classifier", labels: ["a", "b"] };

describe("hfTensors", () => {
  it.each([["uneven", unevenArch], ["bert-tiny", presetNamed("bert-tiny")], ["roberta-base", presetNamed("roberta-base")]])("cover every element of every parameter once: %s", (_, arch) => {
    for (const head of [labels, { kind: "mlm" } as const]) {
      const tensors = hfTensors(arch, head);
      expect(new Set(tensors.map(({ hfName }) => hfName)).size).toBe(tensors.length);
      for (const { name, shape } of modelParameters(arch, head)) {
        let end = 0;
        for (const part of tensors.filter(({ parameter }) => parameter === name)) {
          expect(part.offset).toBe(end);
          end += sizeOf(part.shape);
        }
        expect(end, name).toBe(sizeOf(shape));
      }
    }
  });

  it("split the projections of a layer whose values are wider than its keys", () => {
    const arch = { ...unevenArch, layers: [{ heads: 3, keySize: 2, valueSize: 5, intermediateSize: 4 }] };
    const split = hfTensors(arch, labels).filter(({ hfName }) => hfName.includes(".self."));
    expect(split.map(({ hfName, shape, offset }) => [hfName.replace("bert.encoder.layer.0.attention.self.", ""), shape, offset])).toEqual([
      ["query.weight", [6, 8], 0], ["key.weight", [6, 8], 48], ["value.weight", [15, 8], 96],
      ["query.bias", [6], 0], ["key.bias", [6], 6], ["value.bias", [15], 12],
    ]);
  });
});

describe("hfFamily", () => {
  it("is RoBERTa where positions have an offset", () => {
    const arch = uniformArch({ depth: 1, heads: 1, hidden: 4, intermediate: 4, vocabSize: 9, positions: 9 });
    expect(hfFamily(arch).classes).toEqual({ mlm: "BertForMaskedLM", classifier: "BertForSequenceClassification" });
    expect(hfFamily({ ...arch, positionOffset: 1, padTokenId: 0 }).classes.classifier).toBe("RobertaForSequenceClassification");
  });
});
