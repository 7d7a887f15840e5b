import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { type EncoderArch, parameterCount, uniformArch } from "@bort/arch";
import { formatNumber } from "@bort/bench";
import { tryProcessLock } from "@bort/data";
import { createModel, loadMlmModel, saveModel } from "@bort/nn";
import { backboneOf, extractSubnetwork, ShapeSpace } from "@bort/supershaper";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSupernet, writeSupernetFile } from "../supernet-folder.js";
import { engines } from "../test-engines.js";
import { changed, TestWorkplace } from "../test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

const widths = ["--widths", "4", "8", "16"];
const bytes = (path: string): Buffer => readFileSync(place.at(path));
const json = (path: string): Record<string, unknown> => JSON.parse(bytes(path).toString()) as Record<string, unknown>;
const ok = async (args: readonly string[]): Promise<Record<string, unknown>> => {
  const { code, stderr, json: result } = await place.bort([...args, "--json"]);
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  return result();
};
const sampling = (out: string, ...more: readonly string[]): string[] =>
  ["supernet", "sample", "--supernet", place.at("net"), "--shapes", "12", "--batch-size", "2", "--batches", "2", "--threads", "1", "--out", place.at(out), ...more];
interface Line {
  readonly shape: readonly number[];
  readonly loss: number;
  readonly perplexity: number;
  readonly latency?: number;
}
const lines = (path: string): Line[] => bytes(path).toString().trimEnd().split("\n").map((line) => JSON.parse(line) as Line);

/** Shapes of the paper's layers and heads, with perplexities that fall with width, most of all in the last layer. */
const paperSpace = new ShapeSpace({ layers: 4 });
const perplexityOf = (shape: readonly number[]): number => 4 * Math.exp(shape.reduce((sum, width, layer) => sum + (layer + 1) * (20 / width), 0));
const made = paperSpace.sample(3, 80).map((shape) => JSON.stringify({ shape, perplexity: perplexityOf(shape), latency: shape.reduce((sum, width) => sum + width, 0) / 1e5 }));
place.write("made.jsonl", `${made.join("\n")}\n`);
const search = (...more: readonly string[]): string[] => ["supernet", "search", "--table", place.at("made.jsonl"), ...more];
const few = ["--iterations", "20"];
type Found = Readonly<Record<string, number>> & Line;
const found = async (...more: readonly string[]): Promise<readonly Found[]> => (await ok(search(...more)))["shapes"] as readonly Found[];
const best = async (...more: readonly string[]): Promise<Found> => (await found(...more))[0]!;

beforeAll(async () => {
  await ok(place.pretraining("base"));
  await ok(place.supernet(undefined, "net", ...widths));
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
    const left = await place.bort(place.supernet(undefined, "parts", ...widths), /\b3\/6 /);
    expect([left.code, left.stderr]).toEqual([130, expect.stringMatching(/interrupted at step 3; go on with: bort supernet train .* --resume/)]);
    expect(existsSync(place.at("parts/supernet.json"))).toBe(false);
    expect(await place.refused(["supernet", "extract", "--supernet", place.at("parts"), "--shape", "8,4,16", "--out", place.at("refused")], [])).toMatch(/parts must hold a super-network, got a run that is not finished; go on with it by --resume/);
    await ok(place.supernet(undefined, "parts", ...widths, "--resume"));
    expect(bytes("parts/model.safetensors").equals(bytes("net/model.safetensors"))).toBe(true);
    expect(json("parts/supernet.json")).toEqual(json("net/supernet.json"));
  });

  it("begins with a model, in the paper's proportions, and goes on with a super-network as that was sliced", async () => {
    await ok(place.supernet("base", "of-base", "--slicing", "heads", "--distill-logits", "0.5", "--distill-temperature", "2", "--distill-hidden", "1", "--random", "2"));
    expect(json("of-base/supernet.json")).toEqual({ widths: Array(2).fill([2, 6, 8, 10, 12, 16]), slicing: "heads" });
    await ok(changed(place.supernet("of-base", "further", "--sampling", "random"), "--steps", "2"));
    expect(json("further/supernet.json")).toEqual(json("of-base/supernet.json"));
    expect(await place.refused(place.supernet("of-base", "other", "--slicing", "prefix"))).toMatch(/--slicing must be heads/);
  });

  it("gives each layer widths of its own", async () => {
    await ok(place.supernet(undefined, "uneven", "--widths", "16/4,8/2,10,16"));
    expect(json("uneven/supernet.json")).toEqual({ widths: [[16], [4, 8], [2, 10, 16]], slicing: "prefix" });
    expect(openSupernet(place.at("uneven")).space.size).toBe(6n);
    expect((await ok(["supernet", "extract", "--supernet", place.at("uneven"), "--shape", "16,8,10", "--out", place.at("uneven-small")]))["shape"]).toEqual([16, 8, 10]);
    expect(await place.refused(["supernet", "extract", "--supernet", place.at("uneven"), "--shape", "16,16,10", "--out", place.at("refused")], [])).toMatch(/layer 1 must be 4, 8 wide, got 16/);
  });

  it("trains as the paper does where a preset says so, but for the options that are given", async () => {
    const args = ["supernet", "train", "--preset", "paper", "--arch", "3,2,16,32", "--vocab-size", "280", "--sequence-length", "16", "--corpus", place.at("corpus"), "--threads", "1"];
    await ok([...args, "--steps", "3", "--batch-size", "2", "--accumulate", "2", "--schedule", "constant", "--out", place.at("paper")]);
    expect(json("paper/run.json")["settings"]).toMatchObject({ preset: "paper", steps: 3, "batch-size": 2, accumulate: 2, "learning-rate": 2e-5, "warmup-ratio": 10 / 175, schedule: "constant", sampling: "sandwich", random: 1 });
    expect(json("paper/checkpoint/checkpoint.json")["settings"]).toMatchObject({ learningRate: 2e-5, warmupRatio: 10 / 175, schedule: "constant", accumulate: 2, maxGradientNorm: null }); // JSON has no Infinity.
    expect(json("net/checkpoint/checkpoint.json")["settings"]).toMatchObject({ maxGradientNorm: 1 });
    expect(await place.refused(args.slice(0, 2).concat(args.slice(4), "--out", place.at("refused")))).toMatch(/--steps is missing; give it, or --preset paper/);
  });

  it("begins with a model of narrow tables, of which every shape can be taken", async () => {
    const { model, tokenizer } = loadMlmModel(place.at("base"));
    const arch: EncoderArch = { ...model.arch, embedding: { kind: "projected", size: 6 }, sharing: [0, 0] };
    saveModel(place.at("narrow"), { model: createModel(arch, { kind: "mlm" }, 1), tokenizer });
    await ok(changed(place.supernet("narrow", "of-narrow", ...widths), "--steps", "2"));
    const { model: supernet, space } = openSupernet(place.at("of-narrow"));
    expect(space.arch([4, 8])).toEqual(extractSubnetwork(supernet, [4, 8]).arch);
    expect(space.arch([4, 8]).embedding).toEqual(arch.embedding);
    await ok(["supernet", "extract", "--supernet", place.at("of-narrow"), "--shape", "4,8", "--out", place.at("small-narrow")]);
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
    expect(await ok(sampling("all.jsonl"))).toMatchObject({ shapes: 12, measured: 12 });
    const all = lines("all.jsonl");
    expect(new Set(all.map(({ shape }) => shape.join(","))).size).toBe(12);
    for (const { loss, perplexity } of all) expect(perplexity).toBe(Math.exp(loss));
    const left = await place.bort(sampling("parts.jsonl"), /\b6\/12 /);
    expect([left.code, left.stderr]).toEqual([130, expect.stringMatching(/interrupted after \d+ of 12 shapes, which are kept/)]);
    place.write("parts.jsonl", `${bytes("parts.jsonl").toString()}{"shape":[4,`); // A line that a crash cut short.
    const known = bytes("parts.jsonl").toString().split("\n").length - 1;
    expect(await ok(sampling("parts.jsonl"))).toMatchObject({ measured: 12 - known });
    expect(lines("parts.jsonl")).toEqual(all);
    await ok(sampling("other.jsonl", "--corpus", place.at("corpus/b.txt"), "--latency"));
    expect(lines("other.jsonl").map(({ loss }) => loss)).not.toEqual(all.map(({ loss }) => loss));
    for (const { latency } of lines("other.jsonl")) expect(latency).toBeGreaterThan(0);
  });

  it.each<[string, readonly string[], RegExp]>([
    ["more shapes than there are", ["--shapes", "28"], /--shapes must be at most 27/],
    ["a table that was measured otherwise", ["--out", "all.jsonl", "--batches", "1"], /measured otherwise/],
  ])("refuses %s", async (_, more, told) => {
    const args = more.reduce((line, word, i) => (i % 2 === 0 ? changed(line, word, /^\d+$/.test(more[i + 1]!) ? more[i + 1]! : place.at(more[i + 1]!)) : line), sampling("refused.jsonl"));
    expect(await place.refused(args)).toMatch(told);
  });

  it("refuses a table that another process is writing", async () => {
    const attempt = tryProcessLock(place.at("busy.jsonl.lock"));
    expect(await place.refused(sampling("busy.jsonl"))).toMatch(/busy\.jsonl is in use by/);
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
      expect(await place.refused(changed(sampling("refused.jsonl"), "--supernet", place.at("changed")))).toMatch(told);
      expect(await place.refused(place.supernet("changed", "refused"))).toMatch(told);
    }
  });
});

describe("bort supernet search", () => {
  it("finds shapes within limits by any strategy and predictor, none better than the exact one", async () => {
    const exact = await best("--most-parameters", "40e6");
    expect(exact["parameters"]).toBeLessThanOrEqual(40e6);
    for (const strategy of ["evolution", "front"]) {
      const shapes = await found("--strategy", strategy, "--most-parameters", "40e6", ...few);
      expect(shapes.length > 1).toBe(strategy === "front");
      for (const { shape, perplexity, parameters } of shapes) {
        expect([parameters! <= 40e6, perplexity >= exact.perplexity - 1e-9]).toEqual([true, true]);
        expect(parameters).toBe(parameterCount(paperSpace.arch(shape)).total);
      }
    }
    for (const predictor of ["linear", "trees"]) {
      const strategy = predictor === "trees" ? ["evolution", ...few] : ["exact"];
      expect((await best("--predictor", predictor, "--most-flops", "3e9", "--sequence-length", "64", "--strategy", ...strategy))["flops"]).toBeLessThanOrEqual(3e9);
    }
  });

  it("tells of a window that holds no shape in the unit of its limits", async () => {
    const told = await place.refused(search("--least-perplexity", "6", "--most-perplexity", "6.000000001"));
    expect(told).toMatch(/no shape of this space has perplexity of at least 6 and at most 6\.000000001; all are in \[[45]\.\d+, \d+\.\d+\], and none is there: widen the limits/);
  });

  it("finds the smallest shape of a perplexity, and the least latency", async () => {
    const smallest = await best("--most-perplexity", "6");
    expect(smallest.perplexity).toBeLessThanOrEqual(6);
    const within = await best("--most-parameters", String(smallest["parameters"]! - 1));
    expect(within.perplexity).toBeGreaterThan(6);
    expect((await best("--minimize", "latency-ms", "--least-perplexity", "1")).shape).toEqual([120, 120, 120, 120]);
    expect((await best("--most-latency-ms", "20"))["latency-ms"]).toBeLessThanOrEqual(20);
  });

  it("fits a latency that it measures", async () => {
    const fit = ["supernet", "search", "--table", place.at("all.jsonl"), "--supernet", place.at("net"), "--strategy", "fit", "--sequence-length", "16", "--threads", "1"];
    const { shapes, engine } = await ok([...fit, "--most-latency-ms", "10000"]);
    expect([shapes, engine]).toEqual([[{ shape: expect.any(Array), perplexity: expect.any(Number), parameters: expect.any(Number), "latency-ms": expect.any(Number) }], engines[0]]);
    expect((await place.bort([...fit, "--most-latency-ms", "10000"])).stdout).toMatch(/ ms\n[^]*\nlatency measured: \w+, 1 thread\n/);
    expect(await place.refused([...fit, "--most-latency-ms", "0.000001"])).toMatch(/a budget of 0\.000001 ms needs a shape that is as fast/);
    expect(await place.refused([...fit, "--most-flops", "5"])).toMatch(/--strategy fit needs --most-latency-ms/);
  });

  it("judges its predictors, gives a whole front, and prints both", async () => {
    const { shapes, predictors, warnings } = (await ok(search("--strategy", "front"))) as { shapes: readonly Line[]; predictors: { perplexity: object }; warnings: readonly string[] };
    expect(predictors.perplexity).toEqual({ predictor: "pairwise", rows: 80, spearman: expect.closeTo(1, 1), rSquared: expect.closeTo(1, 1) });
    expect(warnings).toEqual([]);
    shapes.slice(1).forEach(({ perplexity }, i) => expect(perplexity).toBeLessThan(shapes[i]!.perplexity));
    const { stdout } = await place.bort(search());
    expect(stdout).toMatch(/^shape +perplexity +parameters\n.*\n768,768,768,768 .*\nperplexity by pairwise of 80 shapes: Spearman [01]\.\d{3}, R\^2 [01]\.\d{3} \(5-fold cross-validation\)\n$/);
  });

  it("asks for the super-network of a table whose shapes cannot be of the paper's", async () => {
    expect(await place.refused(["supernet", "search", "--table", place.at("all.jsonl")])).toMatch(/--supernet is missing: .*all\.jsonl has a layer that is (4|8|16) wide, and .* multiples of 12 up to 768; give the folder/);
  });

  it("searches the space of a super-network, and warns outside of what was measured", async () => {
    const narrow = lines("all.jsonl").map(({ shape, ...rest }) => JSON.stringify({ ...rest, shape: shape.map((width) => Math.min(width, 8)) }));
    place.write("narrow.jsonl", narrow.join("\n"));
    const args = ["supernet", "search", "--table", place.at("narrow.jsonl"), "--supernet", place.at("net"), "--least-parameters", "12000"];
    expect((await ok(args))["warnings"]).toEqual([expect.stringMatching(/^perplexity: the predictor was asked outside its training range/)]);
    expect((await place.bort(args)).stdout).toMatch(/\nwarning: perplexity/);
    expect(await place.refused(changed(search(), "--supernet", place.at("net")))).toMatch(/needs 3 widths, one a layer, got 4/);
  });

  it.each<[string, readonly string[], RegExp]>([
    ["an infeasible budget", ["--most-parameters", "1e6"], /no shape of this space has parameters of at most 1000000; all are in \[\d+, \d+\]/],
    ["one of an evolution", ["--most-parameters", "1e6", "--strategy", "evolution", ...few], /no shape of this space keeps its constraint/],
    ["an infeasible perplexity", ["--most-perplexity", "2"], /perplexity of at most 2; all are in \[\d\.\d+, \d+\.\d+\]/],
    ["limits on two quantities", ["--most-parameters", "50e6", "--most-flops", "1e9"], /limits on one quantity, got parameters and flops/],
    ["an exact search by trees", ["--predictor", "trees"], /take --predictor pairwise/],
    ["an empty range", ["--least-flops", "2", "--most-flops", "1"], /--least-flops must be at most --most-flops/],
    ["a limit that is no size", ["--most-parameters", "0"], /must be above 0/],
    ["iterations of what has none", few, /--iterations says nothing to --strategy exact, which draws nothing at random/],
    ["a seed of what draws nothing", ["--seed", "1"], /--seed says nothing to --strategy exact/],
    ["a seed of a front that is exact", ["--seed", "1", "--strategy", "front"], /--seed says nothing to a front of sums without limits/],
    ["iterations of a fit", ["--strategy", "fit", "--most-latency-ms", "9", ...few], /--iterations says nothing to --strategy fit/],
    ["the length of sequences that nothing is counted for", ["--sequence-length", "64", "--most-parameters", "50e6"], /--sequence-length says nothing to a search without FLOPs/],
    ["a front of one quantity", ["--strategy", "front", "--minimize", "flops", "--against", "flops"], /another quantity/],
  ])("refuses %s", async (_, more, told) => {
    expect(await place.refused(search(...more))).toMatch(told);
  });

  it.each<[string, string, RegExp]>([
    ["no table", "", /10 lines or more .* got 0 lines/],
    ["a line that is no shape", `${made.slice(0, 11).join("\n")}\n{"shape":[120]}\n`, /got in line 12 \{"shape":\[120\]\}/],
    ["shapes of several lengths", `${made.slice(0, 11).join("\n")}\n{"shape":[120],"perplexity":3}\n`, /4 layers in its first line and 1 in line 12/],
  ])("refuses %s", async (_, content, told) => {
    expect(await place.refused(changed(search(), "--table", place.write("bad.jsonl", content)))).toMatch(told);
  });
});

describe("bort supernet extract", () => {
  it("writes the network of a shape, merged or not, as a model to export and to fine-tune", async () => {
    const args = (out: string, ...more: readonly string[]): string[] => ["supernet", "extract", "--supernet", place.at("net"), "--shape", "8,4,16", "--out", place.at(out), ...more];
    const merged = await ok(args("small"));
    const unmerged = await ok(args("loose", "--unmerged"));
    expect(merged["mergedParameters"]).toBeLessThan(merged["parameters"] as number);
    expect(unmerged).toEqual({ ...merged, merged: false, out: place.at("loose") });
    for (const out of ["small", "loose"]) expect(existsSync(place.at(`${out}/onnx/model.onnx`))).toBe(true);
    expect(bytes("small/onnx/model.onnx").length).toBeLessThan(bytes("loose/onnx/model.onnx").length);
    const { model } = loadMlmModel(place.at("small"));
    expect(model.arch).toEqual(extractSubnetwork(loadMlmModel(place.at("net")).model, [8, 4, 16]).arch);
    expect((await place.bort(args("told"))).stdout).toMatch(/^8,4,16: [\d,]+ parameters with all bottlenecks, [\d,]+ where they are merged; the model is in /);
    expect((await ok(["export", "--model", place.at("small"), "--out", place.at("exported")]))["maxAbsDifference"]).toBeLessThan(1e-4);
    expect(bytes("small/onnx/model.onnx").equals(bytes("exported/onnx/model.onnx"))).toBe(true);
    expect(readdirSync(place.at("small"))).not.toContain("supernet.json");
    const tuned = await ok(["finetune", "--model", place.at("small"), "--task", "sst-2", "--data", place.at("SST-2"), "--steps", "2", "--batch-size", "8", "--out", place.at("tuned")]);
    expect(tuned["steps"]).toBe(2);
  });

  it("exports a network whose few positions are all factors of its sizes", async () => {
    const { tokenizer } = loadMlmModel(place.at("base"));
    const arch = uniformArch({ depth: 2, heads: 1, hidden: 6, intermediate: 12, vocabSize: tokenizer.vocabSize, positions: 4, padTokenId: tokenizer.special.pad });
    const model = backboneOf(createModel(arch, { kind: "mlm" }, 1));
    saveModel(place.at("short"), { model, tokenizer });
    writeSupernetFile(place.at("short"), { widths: [[3, 6], [6]], slicing: "prefix" });
    await ok(["supernet", "extract", "--supernet", place.at("short"), "--shape", "3,6", "--out", place.at("short-small")]);
    expect([existsSync(place.at("short-small/onnx/model.onnx")), loadMlmModel(place.at("short-small")).model.arch.layers.map(({ width }) => width)]).toEqual([true, [3, 6]]);
  });

  it.each<[string, string, string, RegExp]>([
    ["a shape of another length", "net", "8,4", /needs 3 widths, one a layer, got 2/],
    ["a width that is not in the space", "net", "8,4,12", /layer 2 must be 4, 8, 16 wide, got 12/],
    ["a width that the heads do not divide", "net", "8,4,7", /multiples of the 2 heads, got 7/],
    ["what is no shape", "net", "8;4", /--shape must be widths with commas/],
  ])("refuses %s", async (_, net, shape, told) => {
    expect(await place.refused(["supernet", "extract", "--supernet", place.at(net), "--shape", shape, "--out", place.at("refused")], [])).toMatch(told);
  });
});

describe("bort supernet analyse", () => {
  it("finds the layer that matters, and writes the page", async () => {
    const args = ["supernet", "analyse", "--table", place.at("made.jsonl"), "--report", place.at("shapes.html")];
    interface Valued {
      readonly shape: readonly number[];
      readonly perplexity: number;
      readonly parameters: number;
    }
    const { importance, templates, cigars, difference } = (await ok(args)) as { importance: number[]; templates: (Valued & { name: string })[]; cigars: Valued[]; difference?: object };
    expect(importance.indexOf(Math.max(...importance))).toBe(3);
    expect(templates.map(({ name }) => name)).toContain("cigar");
    for (const { perplexity } of templates) expect(perplexity).toBeGreaterThan(4);
    expect(difference).toMatchObject({ spearman: expect.any(Number), networks: expect.any(Number) });
    expect(cigars.length).toBeGreaterThan(2);
    for (const [i, { shape, parameters }] of cigars.slice(1).entries()) {
      expect(parameters).toBeGreaterThan(cigars[i]!.parameters);
      expect(shape.every((width, layer) => width >= cigars[i]!.shape[layer]!)).toBe(true);
    }
    const page = bytes("shapes.html").toString();
    expect(page).toMatch(/<svg[^]*Widths of well-known shapes<[^]*<svg[^]*Widths of cigars<[^]*<svg/);
    for (const { name, shape } of templates) shape.forEach((width, layer) => expect(page).toContain(`${name}: ${layer + 1}, ${width}<`));
    for (const { parameters, shape } of cigars) shape.forEach((width, layer) => expect(page).toContain(`${parameters.toLocaleString("en-US")} parameters: ${layer + 1}, ${width}<`));
    expect((await place.bort(args)).stdout).toMatch(/layer +importance\n[^]*cigar +\d+,[^]*\ncigars from small to large\nshape +perplexity +parameters\n/);
  });

  it("says where too few shapes are of one size", async () => {
    const { stdout } = await place.bort(["supernet", "analyse", "--table", place.at("all.jsonl"), "--supernet", place.at("net")]);
    expect(stdout).toContain("too few measured shapes of about one size");
  });

  it("shows the diagonals of a super-network's bottlenecks", async () => {
    const args = ["supernet", "analyse", "--table", place.at("all.jsonl"), "--supernet", place.at("net"), "--report", place.at("diagonals.html")];
    const { diagonals } = (await ok(args)) as { diagonals: Record<"input" | "output", { values: number[]; softmax: number[]; bands: { to: number; mean: number }[] }>[] };
    const { parameters } = loadMlmModel(place.at("net")).model;
    for (const [layer, { input, output }] of diagonals.entries()) {
      const [within, out] = ["input", "output"].map((side) => parameters.view(`layers.${layer}.bottleneck.${side}.weight`).filter((_, i) => i % 17 === 0));
      expect([Float32Array.from(input.values), Float32Array.from(output.values)]).toEqual([within, out]);
    }
    const { stdout } = await place.bort(args);
    const means = diagonals[2]!.output.bands.map(({ mean }) => mean.toFixed(3));
    expect(means).not.toEqual(["1.000", "1.000", "1.000"]);
    expect(stdout).toMatch(new RegExp(`\\n +3  4 8 16 .*  ${means.join(" ")}\\n`));
    const page = bytes("diagonals.html").toString();
    expect(page).toMatch(/Softmax of the diagonals of output bottlenecks<[^]*<svg[^]*Bottlenecks of layer 3<[^]*Diagonals of layer 3<[^]*<svg/);
    for (const [layer, { input, output }] of diagonals.entries()) for (const { softmax } of [input, output]) expect(page).toContain(`layer ${layer + 1}: 16, ${formatNumber(softmax[15]!)}<`);
  });
});

describe("a command that needs a super-network", () => {
  const commands: Readonly<Record<string, (folder: string) => string[]>> = {
    extract: (folder) => ["extract", "--shape", "8,4", "--out", place.at("refused"), "--supernet", folder],
    sample: (folder) => ["sample", "--shapes", "2", "--out", place.at("refused.jsonl"), "--supernet", folder],
    search: (folder) => ["search", "--table", place.at("made.jsonl"), "--supernet", folder],
    analyse: (folder) => ["analyse", "--table", place.at("made.jsonl"), "--supernet", folder],
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
