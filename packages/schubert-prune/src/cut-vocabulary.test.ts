import { maxSequence, validateArch } from "@bort/arch";
import { pruneVocabulary, random, tokenCounts, trainByteLevelBpe } from "@bort/data";
import { evaluate } from "@bort/graph";
import { type Model, type ModelHead, createModel, fingerprint, mlmNodes } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { randomArch } from "../../arch/src/random-arch.js";
import { archKinds, logitsOf } from "../../nn/src/test-models.js";
import { cutVocabulary } from "./cut-vocabulary.js";
import { testModel } from "./test-pruning.js";

const mlm = { kind: "mlm" } as const;
const classifier = { kind: "classifier", labels: ["no", "yes", "maybe"] } as const;
const all = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

/** Ids that stay, the padding among them, in increasing order or in any. */
function drawIds({ arch: { vocabSize, padTokenId } }: Model, seed: number): number[] {
  const rng = random(seed, "ids");
  const stay = all(vocabSize).filter((id) => id === padTokenId || rng.uniform() < 0.6);
  return seed % 3 === 0 ? rng.shuffle(stay) : stay.length > 0 ? stay : [vocabSize - 1];
}

/** Two sequences of new ids. */
function drawTexts({ arch }: Model, seed: number): number[][] {
  const rng = random(seed, "text");
  return [0, 1].map(() => Array.from({ length: Math.min(5, maxSequence(arch)) }, () => rng.integer(arch.vocabSize)));
}

/** Of logits over all tokens, those of the tokens that stay. */
const ofKept = (logits: readonly number[], keptIds: readonly number[], vocabSize: number): number[] =>
  logits.flatMap((_, i) => (i % vocabSize === 0 ? keptIds.map((id) => logits[i + id]!) : []));

function expectSame(model: Model, keptIds: readonly number[], seed: number): void {
  const cut = cutVocabulary(model, keptIds);
  validateArch(cut.arch);
  expect(maxSequence(cut.arch)).toBe(maxSequence(model.arch));
  const ids = drawTexts(cut, seed);
  const before = logitsOf(model, { ids: ids.map((text) => text.map((id) => keptIds[id]!)) });
  expect(logitsOf(cut, { ids })).toEqual(model.head.kind === "classifier" ? before : ofKept(before, keptIds, model.arch.vocabSize));
}

describe("cutVocabulary", () => {
  it("leaves the logits of tokens that stay as they were, exactly, in 60 architectures", () => {
    for (let seed = 0; seed < 60; seed++) {
      const model = testModel<ModelHead>(randomArch(seed), seed % 2 === 0 ? mlm : classifier, seed);
      expectSame(model, drawIds(model, seed), seed);
    }
  });

  it.each(Object.entries(archKinds))("does so %s", (_, arch) => {
    const model = testModel({ ...arch, vocabSize: 13 }, mlm, 3);
    expectSame(model, drawIds(model, 4), 5);
  });

  it("cuts every tensor over the vocabulary, MobileBERT's own columns of the decoder too", () => {
    const { parameters, arch } = cutVocabulary(testModel(archKinds["of MobileBERT"]!, mlm, 3), [3, 4, 11, 30]);
    expect(arch.vocabSize).toBe(4);
    const shapes = Object.fromEntries(parameters.specs.map(({ name, shape }) => [name, shape]));
    expect([shapes["embeddings.word"], shapes["mlm.decoder"], shapes["mlm.bias"]]).toEqual([[4, 3], [5, 4], [4]]);
  });

  it.each([
    ["fewer", [1, 2, 9, 5], { padTokenId: 0, positionOffset: 1, positions: 18 }], ["more", [8, 7, 6, 5, 1], { padTokenId: 4, positionOffset: 5, positions: 22 }],
    ["as many", [0, 1, 12], { padTokenId: 1, positionOffset: 2, positions: 19 }],
  ])("counts positions from the padding on where %s tokens are before it", (_, keptIds, expected) => {
    const model = testModel(archKinds["with shared layers and wide embeddings"]!, mlm, 3);
    expect(cutVocabulary(model, keptIds).arch).toMatchObject(expected);
    expectSame(model, keptIds, 1);
  });

  it("knows padding by its new id", () => {
    const arch = { ...archKinds["plain"]!, padTokenId: 6 };
    const [model, keptIds] = [testModel(arch, mlm, 1), [2, 5, 6, 8, 9]];
    const cut = cutVocabulary(model, keptIds);
    const logits = ({ arch: own, parameters }: Model, ids: readonly number[]): number[] => {
      const nodes = mlmNodes(own, { batchSize: 1, sequenceLength: 5, maskedPerSequence: 1, padded: true });
      return [...evaluate([nodes.logits], { ...parameters.views, ids: Int32Array.from(ids), positions: Int32Array.of(1) })[0]!];
    };
    const before = logits(model, [2, 9, 8, 6, 6]);
    expect(logits(cut, [0, 4, 3, 2, 2])).toEqual(keptIds.map((id) => before[id]));
  });

  it("goes with a pruned vocabulary: texts of tokens that stay have the same logits", async () => {
    const texts = ["the cat sees the river", "the river sees a cat", "a dog and the house"];
    const tokenizer = await trainByteLevelBpe(texts, { vocabSize: 290, minFrequency: 1 });
    const { tokenizer: small, keptIds } = pruneVocabulary(tokenizer, await tokenCounts(tokenizer, texts.slice(0, 2)), { minCount: 1 });
    expect(small.vocabSize).toBeLessThan(tokenizer.vocabSize);
    const model = createModel({ ...archKinds["plain"]!, vocabSize: tokenizer.vocabSize, padTokenId: tokenizer.special.pad }, mlm, 1);
    const before = logitsOf(model, { ids: [[...tokenizer.encode(texts[0]!)]] });
    const after = logitsOf(cutVocabulary(model, keptIds), { ids: [[...small.encode(texts[0]!)]] });
    expect(after).toEqual(ofKept(before, keptIds, tokenizer.vocabSize));
  });

  it("leaves the given model as it was", () => {
    const model = testModel(randomArch(11), mlm, 3);
    const before = fingerprint(model.parameters.flat);
    cutVocabulary(model, drawIds(model, 1));
    expect(fingerprint(model.parameters.flat)).toBe(before);
  });

  it.each([["no token", []], ["an id beyond the last", [1, 31]], ["a fraction", [1, 0.5]], ["an id twice", [1, 2, 2]], ["to part with the padding", [0, 2, 3]]])("refuses %s", (_, keptIds) => {
    const model = testModel(archKinds["with shared layers and wide embeddings"]!, mlm, 3);
    expect(() => cutVocabulary(model, keptIds)).toThrow(expect.objectContaining({ code: "schubert-prune/bad-tokens" }));
  });
});
