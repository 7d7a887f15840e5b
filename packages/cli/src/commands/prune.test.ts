import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { parameterCount, uniformArch } from "@bort/arch";
import { loadOnnxModel } from "@bort/backend-onnx";
import { referenceBackend } from "@bort/graph";
import { createModel, inferenceGraph, loadClassifier, loadMlmModel, saveModel } from "@bort/nn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changed, TestWorkplace } from "../test-workplace.js";

const place = new TestWorkplace();
beforeAll(async () => {
  expect((await place.bort(place.pretraining("base"))).code).toBe(0);
  const tuning = ["finetune", "--model", place.at("base"), "--task", "sst-2", "--data", place.at("SST-2"), "--steps", "2", "--batch-size", "4", "--threads", "1", "--out", place.at("classifier")];
  expect((await place.bort(tuning)).code).toBe(0);
  mkdirSync(place.at("STS-B"));
  for (const split of ["train", "dev"]) place.write(`STS-B/${split}.tsv`, "index\tsentence1\tsentence2\tscore\n0\tA man.\tA boy.\t2.5\n1\tA cat.\tA cat.\t5\n");
}, 60_000);
afterAll(() => place.remove());

const small = ["--batch-size", "2", "--alpha-steps", "2", "--finetune-steps", "3", "--rounds", "2", "--threads", "1"];
const pruning = (out: string, ...more: readonly string[]): string[] => {
  const target = more.some((word) => word.startsWith("--target")) ? [] : ["--target-fraction", "0.6"];
  return ["prune", "--model", place.at("base"), "--corpus", place.at("corpus"), ...target, ...small, "--out", place.at(out), ...more];
};
const forTask = (out: string, ...more: readonly string[]): string[] =>
  ["prune", "--model", place.at("classifier"), "--task", "sst-2", "--data", place.at("SST-2"), "--target-fraction", "0.7", ...small, "--out", place.at(out), ...more];
const without = (args: readonly string[], ...words: readonly string[]): string[] => {
  const start = args.findIndex((_, i) => words.every((word, j) => args[i + j] === word));
  return args.toSpliced(start, words.length);
};
const parametersIn = (folder: string): number => {
  const { arch } = loadMlmModel(place.at(folder)).model;
  return parameterCount(arch, { heads: { mlm: {} }, pooler: false }).total;
};

interface Found {
  readonly models: readonly { readonly folder: string; readonly value: number; readonly target: number; readonly huggingFaceObstacle: string | null; readonly lastUnits: readonly string[] }[];
  readonly rounds: readonly { readonly hiddenSize: number; readonly layers: readonly Record<string, number>[]; readonly gamma?: number }[];
  readonly whole: { readonly value: number };
}
async function pruned(...args: readonly string[]): Promise<Found> {
  const { code, stderr, json } = await place.bort([...args, "--quiet", "--json"]);
  expect([code, stderr]).toEqual([0, ""]);
  return json() as unknown as Found;
}

describe("bort prune", () => {
  it("leaves a model of the size asked for, tells of each round, and reports", async () => {
    const { code, stdout, stderr } = await place.bort(pruning("half"));
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ *round +parameters +layers +hidden +FFN +heads +keys +values +loss, cut +tuned\n─.*\n +– +[\d,]+ +2 +16 +32 +2 +8 +8 +\d.*\n +1 .*\n +2 .*\nthe model: [\d,]+ parameters/);
    expect(stdout).toMatch(/the model is in .*half \((native|onnx), 1 thread\); report: .*report\.html\n$/);
    expect(stderr).toMatch(/round 1: prunable parameters {2}100%[^]*round 2: fine-tuning {2}100%/);
    expect(parametersIn("half")).toBeLessThanOrEqual(0.6 * parametersIn("base"));
    expect(parametersIn("half")).toBeGreaterThan(0.5 * parametersIn("base"));
    expect(readFileSync(place.at("half/report.html"), "utf8")).toMatch(/FFN sizes by layer[^]*Value sizes by layer/);
    for (const file of ["run.json", "events.jsonl"]) expect(place.bytes(`half/${file}`).toString()).not.toContain(place.folder);
  });

  it("reloads from ONNX with the same logits", async () => {
    const { model } = loadMlmModel(place.at("half"));
    const feeds = { input_ids: BigInt64Array.of(0n, 9n, 2n, 0n, 30n, 2n), attention_mask: BigInt64Array.of(1n, 1n, 1n, 1n, 1n, 0n) };
    const exported = await loadOnnxModel(place.at("half/onnx/model.onnx"));
    const got = (await exported.run(Object.fromEntries(Object.entries(feeds).map(([name, data]) => [name, { data, shape: [2, 3] }]))))["logits"]!.data as Float32Array;
    await exported.dispose();
    const program = await referenceBackend().compile(inferenceGraph(model, 2, 3));
    const expected = (await program.run({ ...model.parameters.views, ...feeds }))["logits"]!.data as Float32Array;
    expect(Math.max(...expected.map((value, i) => Math.abs(value - got[i]!)))).toBeLessThan(1e-4);
  });

  it("keeps a model for each of several targets, the last as the run's own", async () => {
    const { models, whole } = await pruned(...pruning("several", "--target-params", "7k,0.0055M"));
    expect(models.map(({ folder, target }) => [folder, target])).toEqual([["target-1", 7000], ["target-2", 5500]]);
    for (const { folder, value, target } of models) expect([parametersIn(`several/${folder}`), value <= target]).toEqual([value, true]);
    expect(whole.value).toBe(parametersIn("base"));
    expect(place.bytes("several/model.safetensors").equals(place.bytes("several/target-2/model.safetensors"))).toBe(true);
  });

  it("resumed wherever it was stopped, ends alike", async () => {
    const several = ["--target-fraction", "0.8,0.6", "--distill"];
    await pruned(...pruning("whole", ...several));
    for (const [name, moment] of [["early", /round 1: prunable parameters.* 1\/2 /], ["late", /round 2: fine-tuning.* 1\/3 /]] as const) {
      const left = await place.bort(pruning(name, ...several), moment);
      expect([left.code, left.stderr]).toEqual([130, expect.stringMatching(/interrupted in round \d; go on with: bort prune .*--resume\n$/)]);
      await pruned(...pruning(name, ...several, "--resume"));
      for (const file of ["model.safetensors", "config.json", "target-1/model.safetensors"]) expect(place.bytes(`${name}/${file}`).equals(place.bytes(`whole/${file}`)), file).toBe(true);
    }
    expect(await place.refused([...pruning("late", ...several, "--gamma", "2"), "--resume"])).toContain("another --gamma");
  }, 60_000);

  it("says whether a Hugging Face config can say what is left, and why not", async () => {
    const layers = await pruned(...without(pruning("fewer-layers", "--method", "layers", "--target-fraction", "0.8"), "--alpha-steps", "2"));
    expect([layers.models[0]!.huggingFaceObstacle, layers.rounds[0]!.layers]).toEqual([null, [expect.objectContaining({ heads: 2 })]]);
    const narrow = await pruned(...pruning("narrow", "--dims", "h", "--gamma", "0.1", "--costs", "printed"));
    expect(narrow.models[0]!.huggingFaceObstacle).toMatch(/^2 heads of 8 make 16, .* its width of \d+$/);
    expect(narrow.rounds.map(({ gamma }) => gamma)).toEqual([0.1, 0.1]);
    expect(typeof (JSON.parse(place.bytes("narrow/config.json").toString()) as { num_attention_heads: unknown }).num_attention_heads).toBe("object");
  });

  it("keeps one unit of each dimension whatever gamma is, and says where that is so", async () => {
    const { models: [model] } = await pruned(...pruning("emptied", "--dims", "f", "--penalty", "proximal", "--gamma", "1e12", "--target-fraction", "0.792"));
    expect(model!.lastUnits).toEqual(["layers.0.f", "layers.1.f"]);
    expect(loadMlmModel(place.at("emptied")).model.arch.layers[0]!.intermediateSize).toBe(1);
    const { stdout } = await place.bort(pruning("emptied", "--dims", "f", "--penalty", "proximal", "--gamma", "1e12", "--target-fraction", "0.792", "--resume"));
    expect(stdout).toMatch(/the model: down to the last unit, which stays, in FFN of layers 1, 2/);
  });

  it("prunes by FLOPs, alike in all layers", async () => {
    const { models: [model], rounds } = await pruned(...pruning("flops", "--target-flops", "100k", "--method", "uniform", "--penalty", "l0"));
    expect(model!.value).toBeLessThanOrEqual(1e5);
    expect(new Set(rounds.at(-1)!.layers.map((layer) => JSON.stringify(layer))).size).toBe(1);
  });

  it("keeps the weights that stay, where it is asked to", async () => {
    const weightsOf = (folder: string): Float32Array => loadMlmModel(place.at(folder)).model.parameters.flat;
    const cutting = (out: string, ...more: readonly string[]): string[] => changed(pruning(out, "--dims", "f", "--target-fraction", "0.9", ...more), "--finetune-steps", "0");
    await pruned(...cutting("kept-weights", "--keep-weights"));
    await pruned(...cutting("multiplied-weights"));
    const before = new Set(weightsOf("base"));
    expect([weightsOf("kept-weights").every((weight) => before.has(weight)), weightsOf("multiplied-weights").every((weight) => before.has(weight))]).toEqual([true, false]);
  });

  it("prunes by slopes, of which nothing is trained", async () => {
    const { json, stderr } = await place.bort([...pruning("by-slopes", "--method", "slopes", "--dims", "f,v", "--target-fraction", "0.8"), "--json"]);
    expect(stderr).toMatch(/round 1: slopes {2}100%[^]*round 1: fine-tuning {2}100%[^]*round 2: slopes/);
    const { models: [model], rounds: [round] } = json() as unknown as Found;
    expect([model!.value <= model!.target, round!.gamma, round!.hiddenSize]).toEqual([true, undefined, 16]);
  });

  it("prunes a classifier for its task", async () => {
    const { models: [model] } = await pruned(...forTask("task"));
    expect(Object.keys((model as unknown as { metrics: object }).metrics)).toEqual(["accuracy"]);
    const { head, arch } = loadClassifier(place.at("task")).model;
    expect([head.labels, parameterCount(arch, { heads: { classifier: { labels: 2 } }, pooler: false }).total]).toEqual([["0", "1"], model!.value]);
    expect(existsSync(place.at("task/corpus"))).toBe(false);
  });

  it("fine-tunes a classifier towards the one before pruning, and resumed ends alike", async () => {
    const weightsIn = (out: string): Buffer => place.bytes(`${out}/model.safetensors`);
    await pruned(...forTask("taught", "--distill"));
    const left = await place.bort(forTask("taught-later", "--distill"), /round 2: fine-tuning.* 1\/3 /);
    expect([left.code, left.stderr]).toEqual([130, expect.stringMatching(/interrupted in round 2; go on with: bort prune .*--resume\n$/)]);
    await pruned(...forTask("taught-later", "--distill", "--resume"));
    expect(weightsIn("taught-later").equals(weightsIn("taught"))).toBe(true);
    expect(weightsIn("task").equals(weightsIn("taught"))).toBe(false);
    expect(await place.refused([...forTask("taught"), "--resume"])).toContain("another --distill");
  });

  it("is not resumed with other examples to measure on", async () => {
    const dev = place.bytes("SST-2/dev.tsv");
    place.write("SST-2/dev.tsv", Buffer.concat([dev, Buffer.from("a fine film\t1\n")]));
    expect(await place.refused([...forTask("taught", "--distill"), "--resume"])).toMatch(/run with another --dev;/);
    place.write("SST-2/dev.tsv", dev);
  });

  it("exports a network whose few positions are all factors of its sizes, for each target", async () => {
    const { tokenizer } = loadMlmModel(place.at("base"));
    const arch = uniformArch({ depth: 2, heads: 1, hidden: 6, intermediate: 12, vocabSize: tokenizer.vocabSize, positions: 4, padTokenId: tokenizer.special.pad });
    saveModel(place.at("short"), { model: createModel(arch, { kind: "mlm" }, 1), tokenizer });
    await pruned(...changed(pruning("short-pruned", "--dims", "k", "--target-fraction", "0.98,0.96"), "--model", place.at("short")));
    for (const folder of ["target-1", "target-2", "."]) expect(existsSync(place.at(`short-pruned/${folder}/onnx/model.onnx`)), folder).toBe(true);
  });
});

describe("bort prune --analyse", () => {
  it("scores units and cuts nothing", async () => {
    const analysing = ["prune", "--model", place.at("base"), "--corpus", place.at("corpus"), "--batch-size", "2", "--threads", "1", "--analyse", "--analysis-batches", "2", "--dims", "a,f", "--out", place.at("analysis")];
    const { code, stdout, stderr } = await place.bort(analysing);
    expect(stderr).toMatch(/batches {2}100%/);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^layer +dimension +unit +parameters +loss per parameter\n─.*\n( +\d +(FFN|heads) .*\n){20}all scores are in .*units\.json/)]);
    const { vectors } = JSON.parse(place.bytes("analysis/units.json").toString()) as { vectors: readonly { name: string; scores: readonly number[] }[] };
    expect(vectors.map(({ name, scores }) => [name, scores.length])).toEqual([["layers.0.a", 2], ["layers.0.f", 32], ["layers.1.a", 2], ["layers.1.f", 32]]);
    expect(place.bytes("analysis/report.html").toString()).toMatch(/Loss per parameter by layer[^]*Layer 1: units[^]*Layer 2: units/);
    expect(readdirSync(place.at("analysis")).filter((name) => name.startsWith("model"))).toEqual([]);
  });
});
