import { fromHfConfig, hfExtrasOf, presetNamed } from "@bort/arch";
import { sizeOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { hfClasses, hfNaming, hfTensors, hfZeroTokenTypes } from "./hf-names.js";
import { type ModelHead, modelParameters } from "./parameter-spec.js";
import { archKinds, families, filledModel, logitsOf, unevenArch } from "./test-models.js";

const labels: ModelHead = { kind: "classifier", labels: ["a", "b"] };

describe("hfTensors", () => {
  it.each([["uneven", unevenArch], ["bert-tiny", presetNamed("bert-tiny")], ["roberta-base", presetNamed("roberta-base")], ...Object.entries(archKinds)])("cover every element of every parameter once: %s", (_, arch) => {
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

describe("hfNaming", () => {
  const named = (kind: string): string => hfNaming(archKinds[kind]!);

  it("is the type of transformers that has such networks with both heads, or our own where there is none", () => {
    expect(["plain", "with projected embeddings", "with shared layers and wide embeddings", "of MobileBERT", "of MobileBERT without bottlenecks"].map(named)).toEqual(
      ["bert", "albert", "albert", "mobilebert", "mobilebert"]);
    expect(["with shared layers", "with linear bottlenecks", "with merged bottlenecks", "of MobileBERT, its layers shared", "with stacked FFNs, without norms"].map(named)).toEqual(
      ["own", "own", "own", "own", "own"]);
    expect(hfNaming({ ...archKinds["plain"]!, positionOffset: 1, padTokenId: 0 })).toBe("roberta");
  });

  it("of our own prefixes the encoder's parameters alone", () => {
    const names = hfTensors(archKinds["with merged bottlenecks"]!, { kind: "mlm" }).map(({ hfName, parameter }) => [hfName, parameter]);
    expect(names).toContainEqual(["encoder.layers.2.bottleneck.output.bias", "layers.2.bottleneck.output.bias"]);
    expect(names).toContainEqual(["mlm.bias", "mlm.bias"]);
    expect(hfZeroTokenTypes({ ...archKinds["with merged bottlenecks"]!, tokenTypes: 0 })).toBeUndefined();
  });
});

describe("hfClasses", () => {
  it("are those that compute what ours do", () => {
    const plain = { ...archKinds["plain"]!, tokenTypes: 0 };
    expect(hfClasses(plain, "bert")).toEqual({ mlm: "BertForMaskedLM", classifier: "BertForSequenceClassification" });
    expect(hfClasses(plain, "xlm-roberta").classifier).toBe("XLMRobertaForSequenceClassification");
    expect(hfClasses(plain, "distilbert")).toEqual({ mlm: "DistilBertForMaskedLM" }); // a ReLU in its classifier
    expect(hfClasses({ ...plain, tokenTypes: 1 }, "distilbert")).toEqual({});
    expect(hfClasses(plain, "electra")).toEqual({ mlm: "ElectraForMaskedLM" });
    expect(hfClasses({ ...plain, activation: "relu" }, "electra")).toEqual({}); // a GELU in its head
    expect(hfClasses(plain, "albert")).toEqual({}); // always a projection
    expect(hfClasses(archKinds["of MobileBERT"]!, "bert")).toEqual({});
  });
});

describe.each(Object.entries(families.cases))("transformers' %s", (_, { config, tensors, logits }) => {
  const arch = fromHfConfig(config);
  const { modelType, architectures: [architecture] = [], labels = [] } = hfExtrasOf(config);
  const head: ModelHead = architecture!.endsWith("ForMaskedLM") ? { kind: "mlm" } : { kind: "classifier", labels };

  it("has our tensors by name and shape, and no other", () => {
    expect(hfClasses(arch, modelType!)[head.kind]).toBe(architecture);
    expect(Object.fromEntries(hfTensors(arch, head, modelType!).map(({ hfName, shape }) => [hfName, [...shape]]))).toEqual(tensors);
  });

  it("computes our logits", () => {
    const ours = logitsOf(filledModel(arch, head, modelType!), families);
    expect(ours).toHaveLength(logits.length);
    const mask = families.mask.flat();
    // RoBERTa's padding stands at a place of its own, so that an MLM's logits there are others.
    const compared = ours.flatMap((value, i) => (head.kind === "classifier" || mask[Math.floor(i / arch.vocabSize)] === 1 ? [Math.abs(value - logits[i]!)] : []));
    expect(compared.length).toBe(head.kind === "classifier" ? 6 : 8 * arch.vocabSize);
    expect(Math.max(...compared)).toBeLessThan(1e-7);
  });
});
