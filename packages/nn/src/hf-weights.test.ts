import { uniformArch } from "@bort/arch";
import { sizeOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { fingerprint } from "./fingerprint.js";
import { type HfNaming, hfTensors } from "./hf-names.js";
import { readHfWeights } from "./hf-weights.js";
import { encoderParameters, type ModelHead, modelParameters } from "./parameter-spec.js";
import { type ElementType, type StoredTensor } from "./stored-tensor.js";
import { archKinds, filled, filledModel } from "./test-models.js";

const arch = uniformArch({ depth: 1, heads: 2, hidden: 6, intermediate: 10, vocabSize: 13, positions: 7, tokenTypes: 2 });
const mlm: ModelHead = { kind: "mlm" };
const stored = (shape: readonly number[], data: Float32Array, elementType: ElementType = "F32"): StoredTensor => ({ shape, elementType, read: () => data });
const tensor = (name: string, ...shape: number[]): StoredTensor => stored(shape, filled(name, sizeOf(shape)));

/** The tensors of a BERT as its class names them. */
const tensors = (naming: HfNaming = "bert", head: ModelHead = mlm): Map<string, StoredTensor> =>
  new Map(hfTensors(arch, head, naming).map(({ hfName, shape }) => [hfName, tensor(hfName, ...shape)]));
const read = (changed: ReadonlyMap<string, StoredTensor>, head: ModelHead | undefined = mlm, naming: HfNaming = "bert"): Float32Array =>
  readHfWeights({ path: "weights", tensors: changed }, { arch, head, naming }).flat;
const renamed = (change: (name: string) => string): Map<string, StoredTensor> => new Map([...tensors()].map(([name, each]) => [change(name), each]));
const expected = filledModel(arch, mlm, "bert").parameters;
const word = "bert.embeddings.word_embeddings.weight";

describe("readHfWeights", () => {
  it.each<[string, Map<string, StoredTensor>]>([
    ["with the encoder's prefix", tensors()],
    ["without it", renamed((name) => name.replace(/^bert\./, ""))],
    ["with gamma and beta", renamed((name) => name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"))],
    ["with its tied decoder alone", renamed((name) => ({ [word]: "cls.predictions.decoder.weight", "cls.predictions.bias": "cls.predictions.decoder.bias" })[name] ?? name)],
    ["with its tied decoder besides", tensors().set("cls.predictions.decoder.weight", tensor(word, 13, 6)).set("cls.predictions.decoder.bias", tensor("cls.predictions.bias", 13))],
    ["with a pooler, another head and ids", tensors().set("bert.pooler.dense.weight", tensor("p", 6, 6)).set("cls.seq_relationship.bias", tensor("q", 2))
      .set("bert.embeddings.position_ids", stored([1, 7], new Float32Array(7), "I64"))],
  ])("reads names %s", (_, found) => expect(fingerprint(read(found))).toBe(fingerprint(expected.flat)));

  it("reads the encoder out of a file with any head, of a type or with names of our own", () => {
    const { parameters } = filledModel(arch, mlm, "bert");
    const encoderOf = (found: ReadonlyMap<string, StoredTensor>): void => {
      const encoder = readHfWeights({ path: "weights", tensors: found }, { arch, head: undefined, naming: "bert" });
      for (const { name } of encoderParameters(arch)) expect(encoder.view(name), name).toEqual(parameters.view(name));
    };
    encoderOf(tensors());
    encoderOf(tensors("bert", { kind: "classifier", labels: ["a", "b"] }));
    encoderOf(tensors().set("qa_outputs.weight", tensor("qa", 2, 6)).set("cls.predictions.decoder.weight", tensor("untied", 13, 6)));
    const own = archKinds["with merged bottlenecks"]!;
    const ownTensors = new Map(hfTensors(own, mlm, "own").map(({ hfName, shape }) => [hfName, tensor(hfName, ...shape)]));
    const encoder = readHfWeights({ path: "weights", tensors: ownTensors }, { arch: own, head: undefined, naming: "own" });
    expect(encoder.specs).toEqual(encoderParameters(own));
    expect(modelParameters(own, mlm).length).toBeGreaterThan(encoder.specs.length);
  });

  it.each<[string, (found: Map<string, StoredTensor>) => void, string]>([
    ["missing", (found) => void found.delete(word), `needed ${word} [13,6];`],
    ["of another shape", (found) => void found.set(word, tensor(word, 6, 13)), `${word} [13,6], got [6,13];`],
    ["of integers", (found) => void found.set(word, stored([13, 6], new Float32Array(78), "I8")), `${word} [13,6] of floating-point numbers, got I8;`],
    ["not known", (found) => void found.set("bert.embeddings.extra", tensor("x", 3)), "nothing called bert.embeddings.extra [3];"],
    ["of another head", (found) => void found.set("qa_outputs.bias", tensor("x", 2)), "nothing called qa_outputs.bias [2];"],
    ["there twice", (found) => void found.set("bert.embeddings.LayerNorm.gamma", tensor("x", 6)), "nothing called bert.embeddings.LayerNorm.gamma [6];"],
  ])("tells of a tensor that is %s", (_, change, text) => {
    const found = tensors();
    change(found);
    expect(() => read(found)).toThrow(expect.objectContaining({ code: "nn/missing-tensor", message: expect.stringContaining(text) as string }));
  });

  it("lists ten of them, and counts the others", () => {
    const count = tensors().size;
    expect(() => read(new Map())).toThrow(`and ${count - 10} more`);
  });

  it.each([["another decoder", 13], ["a decoder of another size", 12]])("refuses %s than the word embedding", (_, rows) => {
    const found = tensors().set("cls.predictions.decoder.weight", tensor("another", rows, 6));
    expect(() => read(found)).toThrow(expect.objectContaining({ code: "nn/bad-model-folder", message: expect.stringContaining("cls.predictions.decoder.weight") as string }));
  });
});
