import { type EncoderArch, uniformArch } from "@bort/arch";
import { loadOnnxModel } from "@bort/backend-onnx";
import { random } from "@bort/data";
import { evaluate } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { printModel } from "../../graph/src/onnx/print-model.js";
import { exportOnnx, inferenceGraph } from "./export-onnx.js";
import { type Model } from "./model.js";
import { type ModelHead } from "./parameter-spec.js";
import { archKinds, filledModel, unevenArch } from "./test-models.js";

const mlm = { kind: "mlm" } as const;
const classifier: ModelHead = { kind: "classifier", labels: ["a", "b", "c"] };
const plain = uniformArch({ depth: 2, heads: 2, hidden: 8, intermediate: 12, vocabSize: 31, positions: 17, layerNormEps: 1e-5 });
/** Every length up to its 16 positions divides a size of this one. */
const tight: EncoderArch = { ...plain, positions: 16, layers: [26, 22, 21, 30, 36].map((intermediateSize, i) => ({ ...plain.layers[0]!, keySize: 4 + i, intermediateSize })) };
const models: [string, Model][] = ([
  ["plain", plain],
  ["with an offset", { ...plain, positions: 19, positionOffset: 2, padTokenId: 1, tokenTypes: 2 }], // for 17 tokens, a prime
  ["with the other GELU", { ...plain, activation: "geluTanh" }],
  ["uneven", { ...unevenArch, vocabSize: 31 }],
  ["of sizes that every length divides", tight],
  ...["with a bottleneck, shared and projected", "with merged bottlenecks", "of MobileBERT", "of MobileBERT without bottlenecks"].map((name) => [name, archKinds[name]]),
] as [string, EncoderArch][]).flatMap(([name, arch]): [string, Model][] => [[`${name}, mlm`, filledModel(arch, mlm)], [`${name}, classifier`, filledModel(arch, classifier)]]);

/** Rows of several lengths, padded to the longest. */
function paddedBatch(batch: number, sequence: number): { ids: number[]; mask: number[] } {
  const rng = random(batch, "padded", sequence);
  const lengths = Array.from({ length: batch }, (_, row) => (row === 0 ? sequence : 1 + rng.integer(sequence)));
  const mask = lengths.flatMap((length) => Array.from({ length: sequence }, (_, i) => (i < length ? 1 : 0)));
  return { ids: mask.map((kept) => (kept === 1 ? rng.integer(31) : 1)), mask };
}

describe.each(models)("exportOnnx of a model %s", (_, model) => {
  const bytes = exportOnnx(model);

  it("gives the library's logits at any batch size and length, padded", async () => {
    const loaded = await loadOnnxModel(bytes, { threads: 1 });
    for (const [batch, sequence] of [[1, 1], [1, 15], [3, 7], [5, 15], [2, 13]] as const) {
      const { ids, mask } = paddedBatch(batch, sequence);
      const shape = [batch, sequence];
      const { logits } = await loaded.run({ input_ids: { data: BigInt64Array.from(ids, BigInt), shape }, attention_mask: { data: BigInt64Array.from(mask, BigInt), shape } });
      expect(logits!.shape).toEqual(model.head.kind === "mlm" ? [batch, sequence, 31] : [batch, 3]);
      const [expected] = evaluate([inferenceGraph(model, batch, sequence)["logits"]!], { ...model.parameters.views, input_ids: ids, attention_mask: mask });
      expected!.forEach((value, i) => expect(Math.abs(Number(logits!.data[i]) - value)).toBeLessThan(1e-5));
    }
    await loaded.dispose();
  });

  it("has Hugging Face's inputs and output, and standard operators alone", async () => {
    const loaded = await loadOnnxModel(bytes, { threads: 1 });
    expect([loaded.inputs, loaded.outputs]).toEqual([["input_ids", "attention_mask"], ["logits"]]);
    await loaded.dispose();
    const text = printModel(bytes);
    expect(text.match(/^opset .*$/gm)).toEqual([expect.stringMatching(/^opset onnx \d+$/)]);
    expect(text).toContain("input input_ids : i64[batch,sequence]");
    expect(text).toContain(`output logits : f32[${model.head.kind === "mlm" ? "batch,sequence,31" : "batch,3"}]`);
  });
});

describe("exportOnnx", () => {
  it("refuses a sequence for which the model has no position, at run time", async () => {
    const loaded = await loadOnnxModel(exportOnnx(filledModel(plain, mlm)), { threads: 1 });
    const ones = { data: new BigInt64Array(18).fill(1n), shape: [1, 18] };
    await expect(loaded.run({ input_ids: ones, attention_mask: ones })).rejects.toMatchObject({ code: "backend-onnx/run-failed" });
    await loaded.dispose();
  });

  it("gives the library's logits of networks drawn at random whose few positions are factors of their sizes", async () => {
    for (let seed = 0; seed < 24; seed++) {
      const rng = random(seed, "small");
      const draw = (most: number): number => 1 + rng.integer(most);
      const positions = 1 + draw(7);
      const layers = Array.from({ length: draw(4) }, () => ({ heads: draw(3), keySize: draw(8), valueSize: draw(8), intermediateSize: draw(30) }));
      const model = filledModel({ ...plain, positions, hiddenSize: 8 + draw(16), vocabSize: 31, layers }, seed % 2 === 0 ? mlm : classifier);
      const loaded = await loadOnnxModel(exportOnnx(model), { threads: 1 });
      for (const [batch, sequence] of [[3, positions], [draw(9), draw(positions)]] as const) {
        const [{ ids, mask }, shape] = [paddedBatch(batch, sequence), [batch, sequence]];
        const { logits } = await loaded.run({ input_ids: { data: BigInt64Array.from(ids, BigInt), shape }, attention_mask: { data: BigInt64Array.from(mask, BigInt), shape } });
        const [expected] = evaluate([inferenceGraph(model, batch, sequence)["logits"]!], { ...model.parameters.views, input_ids: ids, attention_mask: mask });
        expected!.forEach((value, i) => expect(Math.abs(Number(logits!.data[i]) - value)).toBeLessThan(1e-5 * (1 + Math.abs(value))));
      }
      await loaded.dispose();
    }
  });

  it("refuses a model of a single position", () => {
    expect(() => exportOnnx(filledModel({ ...plain, positions: 1 }, mlm))).toThrow(expect.objectContaining({ code: "nn/sequence-too-long" }));
  });
});
