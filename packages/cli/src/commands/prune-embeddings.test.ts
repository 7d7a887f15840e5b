import { existsSync, readFileSync } from "node:fs";
import { parameterCount } from "@bort/arch";
import { pruneVocabulary, readTokenizerJson, tokenCounts } from "@bort/data";
import { evaluate } from "@bort/graph";
import { inferenceGraph, loadClassifier, loadMlmModel } from "@bort/nn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changed, TestWorkplace } from "../test-workplace.js";

const place = new TestWorkplace();
beforeAll(async () => {
  expect((await place.bort(place.pretraining("base"))).code).toBe(0);
  const tuning = ["finetune", "--model", place.at("base"), "--task", "sst-2", "--data", place.at("SST-2"), "--steps", "2", "--batch-size", "4", "--threads", "1", "--out", place.at("classifier")];
  expect((await place.bort(tuning)).code).toBe(0);
}, 60_000);
afterAll(() => place.remove());

const smaller = (out: string, ...more: readonly string[]): string[] =>
  ["prune-embeddings", "--model", place.at("base"), "--corpus", place.at("corpus"), "--batch-size", "2", "--threads", "1", "--out", place.at(out), ...more, ...(more.includes("--embedding-size") ? ["--sample-batches", "4"] : [])];
const forTask = (out: string, ...more: readonly string[]): string[] =>
  ["prune-embeddings", "--model", place.at("classifier"), "--task", "sst-2", "--data", place.at("SST-2"), "--batch-size", "4", "--threads", "1", "--out", place.at(out), ...more];
const sizesIn = (out: string): object => {
  const { arch } = loadMlmModel(place.at(out)).model;
  return { vocabSize: arch.vocabSize, embeddingSize: arch.embedding?.size ?? arch.hiddenSize, parameters: parameterCount(arch, { heads: { mlm: {} }, pooler: false }).total };
};

describe("bort prune-embeddings", () => {
  it("keeps the most frequent tokens, narrows the tables, and says what each came to", async () => {
    const { code, stdout, stderr } = await place.bort(smaller("both", "--vocab-size", "270", "--embedding-size", "8"));
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^280 tokens, embeddings of 16: [\d,]+ parameters\n270 tokens, embeddings of 16: .*, validation loss \d\.\d{4}\n270 tokens, embeddings of 8: .*, validation loss .*\nthe model is in .*both \((native|onnx), 1 thread\); it is a start, to be trained further: bort pretrain --model .*both\n$/);
    expect(stderr).toMatch(/tokens: counting \(kB\)/);
    expect(sizesIn("both")).toMatchObject({ vocabSize: 270, embeddingSize: 8 });
    expect(readTokenizerJson(readFileSync(place.at("both/tokenizer.json"), "utf8")).vocabSize).toBe(270);
    expect(existsSync(place.at("both/onnx/model.onnx"))).toBe(true);
  });

  it("changes one alone, and the report's last stage is the model that it left", async () => {
    for (const [out, option, value, losses] of [["fewer", "--vocab-size", "275", [false, true]], ["narrow", "--embedding-size", "6", [true, true]]] as const) {
      const { code, json } = await place.bort(smaller(out, option, value, "--quiet", "--json"));
      const { stages } = json() as unknown as { stages: readonly { metrics: object | null }[] };
      expect([code, stages.map(({ metrics }) => metrics !== null)]).toEqual([0, losses]);
      expect(stages.at(-1)).toMatchObject(sizesIn(out));
    }
  });

  it("leaves what pre-training and pruning go on with", async () => {
    expect((await place.bort(smaller("start", "--vocab-size", "272", "--embedding-size", "8"))).code).toBe(0);
    expect((await place.bort(place.furtherPretraining("start", "further"))).code).toBe(0);
    const pruning = ["prune", "--model", place.at("further"), "--corpus", place.at("corpus"), "--target-fraction", "0.8", "--batch-size", "2", "--alpha-steps", "1", "--finetune-steps", "1", "--rounds", "1"];
    expect((await place.bort([...pruning, "--threads", "1", "--out", place.at("pruned")])).code).toBe(0);
    expect(sizesIn("pruned")).toMatchObject({ vocabSize: 272, embeddingSize: 8 });
  }, 60_000);

  it("makes the tables of a classifier smaller, by the tokens of its task", async () => {
    const { code, stdout, stderr } = await place.bort(forTask("task", "--vocab-size", "272", "--embedding-size", "8", "--sample-batches", "2"));
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^280 tokens, embeddings of 16: [\d,]+ parameters\n272 tokens, embeddings of 16: .*, accuracy \d\.\d{4}\n272 tokens, embeddings of 8: .*, accuracy .*\n.*bort finetune --model .*task\n$/);
    const [whole, { model: { arch, head }, tokenizer }] = [loadClassifier(place.at("classifier")), loadClassifier(place.at("task"))];
    expect([arch.vocabSize, arch.embedding?.size, head, tokenizer.vocabSize]).toEqual([272, 8, whole.model.head, 272]);
    const examples = readFileSync(place.at("SST-2/train.tsv"), "utf8").split("\n").slice(1, -1).map((line) => line.split("\t")[0]!);
    const byTask = pruneVocabulary(whole.tokenizer, await tokenCounts(whole.tokenizer, examples), { tokens: 272 });
    expect(tokenizer.toJson()).toBe(byTask.tokenizer.toJson());
  });

  it("keeps what a classifier says of texts in the tokens that stay", async () => {
    const { code, json } = await place.bort(forTask("same", "--vocab-size", "279", "--quiet", "--json"));
    const { stages } = json() as unknown as { stages: readonly { metrics: object | null }[] };
    expect([code, stages.map(({ metrics }) => metrics === null)]).toEqual([0, [true, false]]);
    const [whole, fewer] = [loadClassifier(place.at("classifier")), loadClassifier(place.at("same"))];
    const logits = ({ model, tokenizer }: typeof whole): readonly number[] => {
      const { ids } = tokenizer.modelInput(tokenizer.encode("a good film"));
      const { logits: nodes } = inferenceGraph(model, 1, ids.length);
      return [...evaluate([nodes!], { ...model.parameters.views, input_ids: [...ids], attention_mask: ids.map(() => 1) })[0]!];
    };
    expect(whole.tokenizer.encode("a good film").length).toBe(fewer.tokenizer.encode("a good film").length);
    expect(logits(fewer)).toEqual(logits(whole));
  });

  it("refuses to narrow what is narrow", async () => {
    expect((await place.bort(smaller("narrow-already", "--embedding-size", "8"))).code).toBe(0);
    expect(await place.refused(changed(smaller("out", "--embedding-size", "6"), "--model", place.at("narrow-already")))).toMatch(/tables as wide as the stream, and the model's are 8 wide already/);
  });

  it("stopped, leaves nothing", async () => {
    const { code } = await place.bort(smaller("stopped", "--vocab-size", "270"), /tokens: counting/);
    expect([code, existsSync(place.at("stopped"))]).toEqual([130, false]);
  });

  it.each<[string, () => string[], RegExp]>([
    ["batches where nothing is fitted to them", () => smaller("out", "--vocab-size", "270", "--sample-batches", "4"), /--sample-batches is for --embedding-size/],
    ["neither text nor a task", () => forTask("out", "--vocab-size", "270").filter((word) => !["--task", "sst-2", "--data", place.at("SST-2")].includes(word)), /--corpus or --task is missing/],
    ["a classifier without its task", () => changed(smaller("out", "--vocab-size", "270"), "--model", place.at("classifier")), /holds a classifier where a masked language model is needed/],
    ["text for a task", () => forTask("out", "--vocab-size", "270", "--packing", "document"), /--packing is for masked words, and --task prunes for sst-2/],
    ["nothing to do", () => smaller("out"), /what to make smaller is missing: give --vocab-size, --embedding-size or both/],
    ["as many tokens as there are", () => smaller("out", "--vocab-size", "280"), /--vocab-size must be below 280, the tokens that the model has, got 280/],
    ["fewer tokens than must stay", () => smaller("out", "--vocab-size", "20"), /tokens must be an integer in \[\d+, 280\], got 20; .* must stay/],
    ["tables as wide as they are", () => smaller("out", "--embedding-size", "16"), /--embedding-size must be below 16, the columns that the model has, got 16/],
    ["a table of one column", () => smaller("out", "--embedding-size", "1"), /--embedding-size/],
    ["a folder that holds a run", () => smaller("base", "--vocab-size", "270"), /base holds a run already; give another --out/],
  ])("refuses %s", async (_, args, told) => {
    expect(await place.refused(args())).toMatch(told);
  });
});
