import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { type EncoderArch } from "@bort/arch";
import { tryProcessLock } from "@bort/data";
import { createModel, loadMlmModel, saveModel } from "@bort/nn";
import { extractSubnetwork, ShapeSpace } from "@bort/supershaper";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSupernet } from "../supernet-folder.js";
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
const search = (...more: readonly string[]): string[] => ["supernet", "search", "--table", place.at("made.jsonl"), "--iterations", "20", ...more];
const best = async (...more: readonly string[]): Promise<Readonly<Record<string, number>> & Line> => ((await ok(search(...more)))["shapes"] as (Record<string, number> & Line)[])[0]!;

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
    await ok(place.supernet(undefined, "parts", ...widths, "--resume"));
    expect(bytes("parts/model.safetensors").equals(bytes("net/model.safetensors"))).toBe(true);
  });

  it("begins with a model, in the paper's proportions, and goes on with a super-network as that was sliced", async () => {
    await ok(place.supernet("base", "of-base", "--slicing", "heads", "--distill-logits", "0.5", "--distill-temperature", "2", "--distill-hidden", "1", "--random", "2"));
    expect(json("of-base/supernet.json")).toEqual({ widths: Array(2).fill([2, 6, 8, 10, 12, 16]), slicing: "heads" });
    await ok(changed(place.supernet("of-base", "further", "--sampling", "random"), "--steps", "2"));
    expect(json("further/supernet.json")).toEqual(json("of-base/supernet.json"));
    expect(await place.refused(place.supernet("of-base", "other", "--slicing", "prefix"))).toMatch(/--slicing must be heads/);
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
    for (const [content, told] of [[{ widths: [[8], [8]], slicing: "prefix" }, /2 layers and the model there has 3/], [{ widths: [[6], [8], [5]], slicing: "prefix" }, /heads/], [{}, /must have widths/]] as const) {
      place.write("changed/supernet.json", JSON.stringify(content));
      expect(await place.refused(changed(sampling("refused.jsonl"), "--supernet", place.at("changed")))).toMatch(told);
    }
  });
});

describe("bort supernet search", () => {
  it("finds a shape within limits by any strategy and predictor, none better than the exact one", async () => {
    const exact = await best("--most-parameters", "40e6");
    expect(exact["parameters"]).toBeLessThanOrEqual(40e6);
    for (const more of [["--strategy", "evolution"], ["--strategy", "front"]]) {
      const found = await best(...more, "--most-parameters", "40e6");
      expect(found.perplexity).toBeGreaterThanOrEqual(exact.perplexity - 1e-9);
    }
    for (const predictor of ["linear", "trees"]) {
      const found = await best("--predictor", predictor, "--strategy", predictor === "trees" ? "evolution" : "exact", "--most-flops", "3e9", "--sequence-length", "64");
      expect(found["flops"]).toBeLessThanOrEqual(3e9);
    }
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
    ["one of an evolution", ["--most-parameters", "1e6", "--strategy", "evolution"], /no shape of this space keeps its constraint/],
    ["an infeasible perplexity", ["--most-perplexity", "2"], /perplexity of at most 2; all are in \[\d\.\d+, \d+\.\d+\]/],
    ["limits on two quantities", ["--most-parameters", "50e6", "--most-flops", "1e9"], /limits on one quantity, got parameters and flops/],
    ["an exact search by trees", ["--predictor", "trees"], /take --predictor pairwise/],
    ["an empty range", ["--least-flops", "2", "--most-flops", "1"], /--least-flops must be at most --most-flops/],
    ["a limit that is no size", ["--most-parameters", "0"], /must be above 0/],
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
    const { model } = loadMlmModel(place.at("small"));
    expect(model.arch).toEqual(extractSubnetwork(loadMlmModel(place.at("net")).model, [8, 4, 16]).arch);
    expect((await place.bort(args("told"))).stdout).toMatch(/^8,4,16: [\d,]+ parameters with all bottlenecks, [\d,]+ where they are merged; the model is in /);
    expect((await ok(["export", "--model", place.at("small"), "--out", place.at("exported")]))["maxAbsDifference"]).toBeLessThan(1e-4);
    expect(existsSync(place.at("exported/onnx/model.onnx"))).toBe(true);
    expect(readdirSync(place.at("small"))).not.toContain("supernet.json");
    const tuned = await ok(["finetune", "--model", place.at("small"), "--task", "sst-2", "--data", place.at("SST-2"), "--steps", "2", "--batch-size", "8", "--out", place.at("tuned")]);
    expect(tuned["steps"]).toBe(2);
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
    const { importance, templates, difference } = (await ok(args)) as { importance: number[]; templates: { name: string; perplexity: number }[]; difference?: object };
    expect(importance.indexOf(Math.max(...importance))).toBe(3);
    expect(templates.map(({ name }) => name)).toContain("cigar");
    for (const { perplexity } of templates) expect(perplexity).toBeGreaterThan(4);
    expect(difference).toMatchObject({ spearman: expect.any(Number), networks: expect.any(Number) });
    expect(bytes("shapes.html").toString()).toMatch(/<svg[^]*Well-known shapes/);
    expect((await place.bort(args)).stdout).toMatch(/layer +importance\n[^]*cigar +\d+,/);
  });

  it("says where too few shapes are of one size", async () => {
    const { stdout } = await place.bort(["supernet", "analyse", "--table", place.at("all.jsonl"), "--supernet", place.at("net")]);
    expect(stdout).toContain("too few measured shapes of about one size");
  });

  it("shows the diagonals of a super-network's bottlenecks", async () => {
    const args = ["supernet", "analyse", "--table", place.at("all.jsonl"), "--supernet", place.at("net"), "--report", place.at("diagonals.html")];
    const { diagonals } = (await ok(args)) as { diagonals: Record<"input" | "output", { values: number[]; bands: { to: number; mean: number }[] }>[] };
    const { parameters } = loadMlmModel(place.at("net")).model;
    for (const [layer, { input, output }] of diagonals.entries()) {
      const [within, out] = ["input", "output"].map((side) => parameters.view(`layers.${layer}.bottleneck.${side}.weight`).filter((_, i) => i % 17 === 0));
      expect([Float32Array.from(input.values), Float32Array.from(output.values)]).toEqual([within, out]);
    }
    const { stdout } = await place.bort(args);
    const means = diagonals[2]!.output.bands.map(({ mean }) => mean.toFixed(3));
    expect(means).not.toEqual(["1.000", "1.000", "1.000"]);
    expect(stdout).toMatch(new RegExp(`\\n +3  4 8 16 .*  ${means.join(" ")}\\n`));
    expect(bytes("diagonals.html").toString()).toMatch(/Bottlenecks of layer 3<[^]*Diagonals of layer 3<[^]*<svg/);
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
