import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { type EncoderArch, uniformArch } from "@bort/arch";
import { tryProcessLock } from "@bort/data";
import { createModel, loadMlmModel, saveModel } from "@bort/nn";
import { backboneOf, extractSubnetwork } from "@bort/supershaper";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSupernet, writeSupernetFile } from "../supernet-folder.js";
import { smallWidths, SupernetWorkplace } from "../test-supernets.js";
import { changed } from "../test-workplace.js";

const place = new SupernetWorkplace();
afterAll(() => place.remove());

const json = (path: string): Record<string, unknown> => JSON.parse(place.bytes(path).toString()) as Record<string, unknown>;

beforeAll(async () => {
  await place.ok(place.pretraining("base"));
  await place.ok(place.supernet(undefined, "net", ...smallWidths));
}, 60_000);

describe("bort supernet train", () => {
  it("makes a model folder that says its space, of which every shape can be taken", () => {
    expect(json("net/supernet.json")).toEqual({ widths: [[4, 8, 16], [4, 8, 16], [4, 8, 16]], slicing: "prefix" });
    const { model } = loadMlmModel(place.at("net"));
    expect(model.arch).toMatchObject({ hiddenSize: 16, bottleneck: { kind: "linear", merged: false } });
    const { space } = openSupernet(place.at("net"));
    for (const shape of [[4, 8, 16], [16, 16, 16]]) expect(space.arch(shape)).toEqual(extractSubnetwork(model, shape).arch);
    expect(json("net/run.json")).toMatchObject({ command: "supernet train", result: { steps: 6, validationLoss: expect.any(Number), "perplexity 16 16 16": expect.any(Number) } });
  });

  it("goes on where it was interrupted, and ends alike", async () => {
    const left = await place.bort(place.supernet(undefined, "parts", ...smallWidths), /\b3\/6 /);
    expect([left.code, left.stderr]).toEqual([130, expect.stringMatching(/interrupted at step 3; go on with: bort supernet train .* --resume/)]);
    expect(existsSync(place.at("parts/supernet.json"))).toBe(false);
    expect(await place.refused(["supernet", "extract", "--supernet", place.at("parts"), "--shape", "8,4,16", "--out", place.at("refused")], [])).toMatch(/parts must hold a super-network, got a run that is not finished; go on with it by --resume/);
    await place.ok(place.supernet(undefined, "parts", ...smallWidths, "--resume"));
    expect(place.bytes("parts/model.safetensors").equals(place.bytes("net/model.safetensors"))).toBe(true);
    expect(json("parts/supernet.json")).toEqual(json("net/supernet.json"));
  });

  it("begins with a model, in the paper's proportions, and goes on with a super-network as that was sliced", async () => {
    await place.ok(place.supernet("base", "of-base", "--slicing", "heads", "--distill-logits", "0.5", "--distill-temperature", "2", "--distill-hidden", "1", "--random", "2"));
    expect(json("of-base/supernet.json")).toEqual({ widths: Array(2).fill([2, 6, 8, 10, 12, 16]), slicing: "heads" });
    await place.ok(changed(place.supernet("of-base", "further", "--sampling", "random"), "--steps", "2"));
    expect(json("further/supernet.json")).toEqual(json("of-base/supernet.json"));
    expect(await place.refused(place.supernet("of-base", "other", "--slicing", "prefix"))).toMatch(/--slicing must be heads/);
  });

  it("gives each layer widths of its own", async () => {
    await place.ok(place.supernet(undefined, "uneven", "--widths", "16/4,8/2,10,16"));
    expect(json("uneven/supernet.json")).toEqual({ widths: [[16], [4, 8], [2, 10, 16]], slicing: "prefix" });
    expect(openSupernet(place.at("uneven")).space.size).toBe(6n);
    expect((await place.ok(["supernet", "extract", "--supernet", place.at("uneven"), "--shape", "16,8,10", "--out", place.at("uneven-small")]))["shape"]).toEqual([16, 8, 10]);
    expect(await place.refused(["supernet", "extract", "--supernet", place.at("uneven"), "--shape", "16,16,10", "--out", place.at("refused")], [])).toMatch(/layer 2 must be 4, 8 wide, got 16/);
  });

  it("trains as the paper does where a preset says so, but for the options that are given", async () => {
    const args = ["supernet", "train", "--preset", "paper", "--arch", "3,2,16,32", "--vocab-size", "280", "--sequence-length", "16", "--corpus", place.at("corpus"), "--threads", "1"];
    await place.ok([...args, "--steps", "3", "--batch-size", "2", "--accumulate", "2", "--schedule", "constant", "--out", place.at("paper")]);
    expect(json("paper/run.json")["settings"]).toMatchObject({ preset: "paper", steps: 3, "batch-size": 2, accumulate: 2, "learning-rate": 2e-5, "warmup-ratio": 10 / 175, schedule: "constant", sampling: "sandwich", random: 1 });
    expect(json("paper/checkpoint/checkpoint.json")["settings"]).toMatchObject({ learningRate: 2e-5, warmupRatio: 10 / 175, schedule: "constant", accumulate: 2, maxGradientNorm: null }); // JSON has no Infinity.
    expect(json("net/checkpoint/checkpoint.json")["settings"]).toMatchObject({ maxGradientNorm: 1 });
    expect(await place.refused(args.slice(0, 2).concat(args.slice(4), "--out", place.at("refused")))).toMatch(/--steps is missing; give it, or --preset paper/);
  });

  it("begins with a model of narrow tables, of which every shape can be taken", async () => {
    const { model, tokenizer } = loadMlmModel(place.at("base"));
    const arch: EncoderArch = { ...model.arch, embedding: { kind: "projected", size: 6 }, sharing: [0, 0] };
    saveModel(place.at("narrow"), { model: createModel(arch, { kind: "mlm" }, 1), tokenizer });
    await place.ok(changed(place.supernet("narrow", "of-narrow", ...smallWidths), "--steps", "2"));
    const { model: supernet, space } = openSupernet(place.at("of-narrow"));
    expect(space.arch([4, 8])).toEqual(extractSubnetwork(supernet, [4, 8]).arch);
    expect(space.arch([4, 8]).embedding).toEqual(arch.embedding);
    await place.ok(["supernet", "extract", "--supernet", place.at("of-narrow"), "--shape", "4,8", "--out", place.at("small-narrow")]);
    expect(loadMlmModel(place.at("small-narrow")).model.arch).toEqual(space.arch([4, 8]));
  });

  it.each<[string, readonly string[], RegExp]>([
    ["a width that the heads do not divide", ["--widths", "4", "7"], /multiples of the 2 heads, got 7/],
    ["a width above the hidden size", ["--widths", "8", "32"], /--widths must be at most 16, the hidden size, got 32/],
    ["widths of another number of layers", ["--widths", "8/16"], /--widths must be one list for all layers or one for each of 3, got 2 lists/],
    ["widths that are none", ["--widths", "8,x"], /--widths must be whole numbers from 1 for all layers, such as 64 128, or .* such as 64,128\/64\/128, got "8,x"/],
    ["two places to start from", ["--model", "base"], /leave one of them out/],
    ["distillation without the largest network", ["--distill-hidden", "1", "--sampling", "random"], /need the largest network/],
    ["a temperature of nothing", ["--distill-temperature", "2"], /needs --distill-logits/],
    ["steps of no network", ["--sampling", "random", "--random", "0"], /--random 1 or more/],
  ])("refuses %s", async (_, more, told) => {
    expect(await place.refused(place.supernet(undefined, "refused", ...more))).toMatch(told);
  });

  it("refuses to go on in another space", async () => {
    expect(await place.refused(place.supernet(undefined, "net", "--widths", "8", "16", "--resume"))).toMatch(/run with another --widths/);
  });
});

describe("bort supernet sample", () => {
  it("measures distinct shapes once, on the run's text or another, and goes on after an interruption", async () => {
    expect(await place.ok(place.sampling("all.jsonl"))).toMatchObject({ shapes: 12, measured: 12 });
    const all = place.lines("all.jsonl");
    expect(new Set(all.map(({ shape }) => shape.join(","))).size).toBe(12);
    for (const { loss, perplexity } of all) expect(perplexity).toBe(Math.exp(loss));
    const left = await place.bort(place.sampling("parts.jsonl"), /\b6\/12 /);
    expect([left.code, left.stderr]).toEqual([130, expect.stringMatching(/interrupted after \d+ of 12 shapes, which are kept/)]);
    place.write("parts.jsonl", `${place.bytes("parts.jsonl").toString()}{"shape":[4,`); // A line that a crash cut short.
    const known = place.bytes("parts.jsonl").toString().split("\n").length - 1;
    expect(await place.ok(place.sampling("parts.jsonl"))).toMatchObject({ measured: 12 - known });
    expect(place.lines("parts.jsonl")).toEqual(all);
    await place.ok(place.sampling("other.jsonl", "--corpus", place.at("corpus/b.txt"), "--latency"));
    expect(place.lines("other.jsonl").map(({ loss }) => loss)).not.toEqual(all.map(({ loss }) => loss));
    for (const { latency } of place.lines("other.jsonl")) expect(latency).toBeGreaterThan(0);
  });

  it.each<[string, readonly string[], RegExp]>([
    ["more shapes than there are", ["--shapes", "28"], /--shapes must be at most 27/],
    ["a table that was measured otherwise", ["--out", "all.jsonl", "--batches", "1"], /measured otherwise/],
  ])("refuses %s", async (_, more, told) => {
    const args = more.reduce((line, word, i) => (i % 2 === 0 ? changed(line, word, /^\d+$/.test(more[i + 1]!) ? more[i + 1]! : place.at(more[i + 1]!)) : line), place.sampling("refused.jsonl"));
    expect(await place.refused(args)).toMatch(told);
  });

  it("refuses to be told how a corpus is read where none is named", async () => {
    for (const [option, value] of [["--documents", "line"], ["--field", "body"]] as const) {
      expect(await place.refused(place.sampling("refused.jsonl", option, value))).toMatch(new RegExp(`${option} says how --corpus is read, and the super-network has its own text`));
    }
  });

  it("refuses a table that another process is writing", async () => {
    const attempt = tryProcessLock(place.at("busy.jsonl.lock"));
    expect(await place.refused(place.sampling("busy.jsonl"))).toMatch(/busy\.jsonl is in use by/);
    if (attempt.taken) attempt.lock.release();
  });

  it("refuses a folder whose supernet.json is of another network", async () => {
    cpSync(place.at("net"), place.at("changed"), { recursive: true });
    const wrong = [
      [{ widths: [[8], [8]], slicing: "prefix" }, /2 layers and the model there has 3/],
      [{ widths: [[6], [8], [5]], slicing: "prefix" }, /a layer that is 5 wide and the model there has multiples of its 2 heads up to 16/],
      [{ widths: [[6], [8], [32]], slicing: "prefix" }, /supernet\.json tells of a layer that is 32 wide/],
      [{}, /must have widths/],
    ] as const;
    for (const [content, told] of wrong) {
      place.write("changed/supernet.json", JSON.stringify(content));
      expect(await place.refused(changed(place.sampling("refused.jsonl"), "--supernet", place.at("changed")))).toMatch(told);
      expect(await place.refused(place.supernet("changed", "refused"))).toMatch(told);
    }
  });
});

describe("bort supernet extract", () => {
  it("writes the network of a shape, merged or not, as a model to export and to fine-tune", async () => {
    const args = (out: string, ...more: readonly string[]): string[] => ["supernet", "extract", "--supernet", place.at("net"), "--shape", "8,4,16", "--out", place.at(out), ...more];
    const merged = await place.ok(args("small"));
    const unmerged = await place.ok(args("loose", "--unmerged"));
    expect(merged["mergedParameters"]).toBeLessThan(merged["parameters"] as number);
    expect(unmerged).toEqual({ ...merged, merged: false, out: place.at("loose") });
    for (const out of ["small", "loose"]) expect(existsSync(place.at(`${out}/onnx/model.onnx`))).toBe(true);
    expect(place.bytes("small/onnx/model.onnx").length).toBeLessThan(place.bytes("loose/onnx/model.onnx").length);
    const { model } = loadMlmModel(place.at("small"));
    expect(model.arch).toEqual(extractSubnetwork(loadMlmModel(place.at("net")).model, [8, 4, 16]).arch);
    expect((await place.bort(args("told"))).stdout).toMatch(/^8,4,16: [\d,]+ parameters with all bottlenecks, [\d,]+ where they are merged; the model is in /);
    expect((await place.ok(["export", "--model", place.at("small"), "--out", place.at("exported")]))["maxAbsDifference"]).toBeLessThan(1e-4);
    expect(place.bytes("small/onnx/model.onnx").equals(place.bytes("exported/onnx/model.onnx"))).toBe(true);
    expect(readdirSync(place.at("small"))).not.toContain("supernet.json");
    expect(await place.refused(args("small"), [])).toMatch(/small holds config\.json, and no run to go on with; give another --out/);
    const tuned = await place.ok(["finetune", "--model", place.at("small"), "--task", "sst-2", "--data", place.at("SST-2"), "--steps", "2", "--batch-size", "8", "--out", place.at("tuned")]);
    expect(tuned["steps"]).toBe(2);
  });

  it("exports a network whose few positions are all factors of its sizes", async () => {
    const { tokenizer } = loadMlmModel(place.at("base"));
    const arch = uniformArch({ depth: 2, heads: 1, hidden: 6, intermediate: 12, vocabSize: tokenizer.vocabSize, positions: 4, padTokenId: tokenizer.special.pad });
    const model = backboneOf(createModel(arch, { kind: "mlm" }, 1));
    saveModel(place.at("short"), { model, tokenizer });
    writeSupernetFile(place.at("short"), { widths: [[3, 6], [6]], slicing: "prefix" });
    await place.ok(["supernet", "extract", "--supernet", place.at("short"), "--shape", "3,6", "--out", place.at("short-small")]);
    expect([existsSync(place.at("short-small/onnx/model.onnx")), loadMlmModel(place.at("short-small")).model.arch.layers.map(({ width }) => width)]).toEqual([true, [3, 6]]);
  });

  it.each<[string, string, string, RegExp]>([
    ["a shape of another length", "net", "8,4", /needs 3 widths, one a layer, got 2/],
    ["a width that is not in the space", "net", "8,4,12", /layer 3 must be 4, 8, 16 wide, got 12/],
    ["a width that the heads do not divide", "net", "8,4,7", /multiples of the 2 heads, got 7/],
    ["what is no shape", "net", "8;4", /--shape must be widths with commas/],
  ])("refuses %s", async (_, net, shape, told) => {
    expect(await place.refused(["supernet", "extract", "--supernet", place.at(net), "--shape", shape, "--out", place.at("refused")], [])).toMatch(told);
  });
});

describe("a command that needs a super-network", () => {
  const table = place.write("table.jsonl", '{"shape":[8,4,8],"perplexity":9}\n'.repeat(10));
  const commands: Readonly<Record<string, (folder: string) => string[]>> = {
    extract: (folder) => ["extract", "--shape", "8,4", "--out", place.at("refused"), "--supernet", folder],
    sample: (folder) => ["sample", "--shapes", "2", "--out", place.at("refused.jsonl"), "--supernet", folder],
    search: (folder) => ["search", "--table", table, "--supernet", folder],
    analyse: (folder) => ["analyse", "--table", table, "--supernet", folder],
  };

  it.each(Object.entries(commands))("says what else the folder of %s holds", async (_, args) => {
    mkdirSync(place.at("empty"), { recursive: true });
    mkdirSync(place.at("begun"), { recursive: true });
    place.write("begun/run.json", "{}");
    const told = async (name: string): Promise<string> => place.refused(["supernet", ...args(place.at(name))], []);
    expect(await told("base")).toMatch(/base must hold a super-network, got a model of one shape, without supernet\.json; make .* with bort supernet train --model .*base/);
    expect(await told("begun")).toMatch(/got a run that is not finished; go on with it by --resume/);
    for (const name of ["empty", "nowhere"]) expect(await told(name)).toMatch(/got no model; give the folder of bort supernet train/);
  });
});
