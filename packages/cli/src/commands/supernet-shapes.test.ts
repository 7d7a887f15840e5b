import { cpSync } from "node:fs";
import { parameterCount } from "@bort/arch";
import { formatNumber } from "@bort/bench";
import { createModel, loadMlmModel, saveModel } from "@bort/nn";
import { ShapeSpace } from "@bort/supershaper";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../test-engines.js";
import { type MeasuredLine, smallWidths, SupernetWorkplace } from "../test-supernets.js";
import { changed } from "../test-workplace.js";

const place = new SupernetWorkplace();
afterAll(() => place.remove());

/** Shapes of the paper's layers and heads, with perplexities that fall with width, most of all in the last layer. */
const paperSpace = new ShapeSpace({ layers: 4 });
const perplexityOf = (shape: readonly number[]): number => 4 * Math.exp(shape.reduce((sum, width, layer) => sum + (layer + 1) * (20 / width), 0));
const made = paperSpace.sample(3, 80).map((shape) => JSON.stringify({ shape, perplexity: perplexityOf(shape), latency: shape.reduce((sum, width) => sum + width, 0) / 1e5 }));
place.write("made.jsonl", `${made.join("\n")}\n`);
const search = (...more: readonly string[]): string[] => ["supernet", "search", "--table", place.at("made.jsonl"), ...more];
const few = ["--iterations", "20"];
type Found = Readonly<Record<string, number>> & MeasuredLine;
const found = async (...more: readonly string[]): Promise<readonly Found[]> => (await place.ok(search(...more)))["shapes"] as readonly Found[];
const best = async (...more: readonly string[]): Promise<Found> => (await found(...more))[0]!;

beforeAll(async () => {
  await place.ok(place.supernet(undefined, "net", ...smallWidths));
  await place.ok(place.sampling("all.jsonl"));
}, 60_000);

describe("bort supernet search", () => {
  it("finds shapes within limits by any strategy and predictor, none better than the exact one", async () => {
    const exact = await best("--most-parameters", "40e6");
    expect(await best("--most-parameters", "40M")).toEqual(exact);
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
    const { shapes, engine } = await place.ok([...fit, "--most-latency-ms", "10000"]);
    expect([shapes, engine]).toEqual([[{ shape: expect.any(Array), perplexity: expect.any(Number), parameters: expect.any(Number), "latency-ms": expect.any(Number) }], engines[0]]);
    expect((await place.bort([...fit, "--most-latency-ms", "10000"])).stdout).toMatch(/ ms\n[^]*\nlatency measured: \w+, 1 thread\n/);
    expect(await place.refused([...fit, "--most-latency-ms", "0.000001"])).toMatch(/a budget of 0\.000001 ms needs a shape that is as fast/);
    expect(await place.refused([...fit, "--most-flops", "5"])).toMatch(/--strategy fit needs --most-latency-ms/);
    expect(await place.refused([...fit, "--most-latency-ms", "5", "--most-perplexity", "7"])).toMatch(/keeps no other limit; give that alone/);
    expect(await place.refused([...fit, "--most-latency-ms", "5", "--minimize", "parameters"])).toMatch(/looks for the least perplexity that fits, got --minimize parameters/);
  });

  it("judges its predictors, gives a whole front, and prints both", async () => {
    const { shapes, predictors, warnings } = (await place.ok(search("--strategy", "front"))) as { shapes: readonly MeasuredLine[]; predictors: { perplexity: object }; warnings: readonly string[] };
    expect(predictors.perplexity).toEqual({ predictor: "pairwise", rows: 80, spearman: expect.closeTo(1, 1), rSquared: expect.closeTo(1, 1) });
    expect(warnings).toEqual([]);
    shapes.slice(1).forEach(({ perplexity }, i) => expect(perplexity).toBeLessThan(shapes[i]!.perplexity));
    const { stdout } = await place.bort(search());
    expect(stdout).toMatch(/^shape +perplexity +parameters\n.*\n768,768,768,768 .*\nperplexity by pairwise of 80 shapes: Spearman [01]\.\d{3}, R\^2 [01]\.\d{3} \(5-fold cross-validation\)\n$/);
  });

  it("asks for the super-network of a table whose shapes cannot be of the paper's", async () => {
    expect(await place.refused(["supernet", "search", "--table", place.at("all.jsonl")])).toMatch(/--supernet is missing: .*all\.jsonl has a layer that is (4|8|16) wide, and .* multiples of 12 up to 768; give the folder/);
  });

  it("searches widths beyond those of the table, all of which are in it otherwise", async () => {
    const all = ["--widths", ...paperSpace.widths[0]!.map(String)];
    const narrow = made.map((line) => JSON.parse(line) as MeasuredLine).filter(({ shape }) => shape[3]! < 480 && shape[3]! > 120);
    const table = ["--table", place.write("few-widths.jsonl", narrow.map((line) => JSON.stringify(line)).join("\n"))];
    const searched = async (more: readonly string[]) => (await place.ok(["supernet", "search", ...table, ...more])) as { shapes: readonly MeasuredLine[]; warnings: readonly string[] };
    const [within, beyond] = await Promise.all([[], all].map(searched));
    expect([within!.shapes[0]!.shape[3], within!.warnings]).toEqual([360, []]);
    expect([beyond!.shapes[0]!.shape[3]! > 360, beyond!.warnings.length]).toEqual([true, 1]);
    const bottle = async (more: readonly string[]) => ((await place.ok(["supernet", "analyse", ...table, ...more]))["templates"] as readonly MeasuredLine[])[0]!.shape.at(-1);
    expect([await bottle([]), await bottle(all)]).toEqual([360, 768]);
  });

  it("counts no pooler, which is no part of a masked language model, though its configuration tells of one", async () => {
    const { model, tokenizer } = loadMlmModel(place.at("net"));
    saveModel(place.at("pooled"), { model: createModel({ ...model.arch, pooler: true }, { kind: "mlm" }, 1), tokenizer });
    cpSync(place.at("net/supernet.json"), place.at("pooled/supernet.json"));
    expect(loadMlmModel(place.at("pooled")).model.arch.pooler).toBe(true);
    const table = place.write("unsigned.jsonl", place.bytes("all.jsonl"));
    const counted = async (net: string): Promise<unknown> => {
      const front = await place.ok(["supernet", "search", "--table", table, "--supernet", place.at(net), "--strategy", "front", "--minimize", "flops", "--sequence-length", "16"]);
      const { parameters, mergedParameters } = await place.ok(["supernet", "extract", "--supernet", place.at(net), "--shape", "8,4,16", "--out", place.at(`shape-of-${net}`)]);
      return { shapes: front["shapes"], parameters, mergedParameters };
    };
    expect(await counted("pooled")).toEqual(await counted("net"));
  });

  it("skips blank lines of a table, and a last line that was cut short", async () => {
    const table = place.write("loose.jsonl", `\n${made.join("\n  \n")}\n\n${made[0]!.slice(0, 20)}`);
    expect(await place.ok(["supernet", "search", "--table", table])).toEqual(await place.ok(search()));
    const open = place.write("open.jsonl", made.join("\n")); // The last line is whole, and has no end.
    expect(await place.ok(["supernet", "search", "--table", open])).toEqual(await place.ok(search()));
  });

  it("counts FLOPs of as many tokens as a short network reads, and of no more", async () => {
    const args = ["supernet", "search", "--table", place.at("all.jsonl"), "--supernet", place.at("net"), "--minimize", "flops"];
    expect(await place.ok(args)).toEqual(await place.ok([...args, "--sequence-length", "16"]));
    expect(await place.refused([...args, "--sequence-length", "17"])).toMatch(/--sequence-length must be at most 16, the tokens that the super-network reads, got 17/);
  });

  it("takes no table that was measured on another super-network", async () => {
    await place.ok(place.supernet(undefined, "other", ...smallWidths, "--seed", "1"));
    for (const command of ["search", "analyse"]) {
      const args = (net: string): string[] => ["supernet", command, "--table", place.at("all.jsonl"), "--supernet", place.at(net)];
      expect(await place.refused(args("other"), [])).toMatch(/all\.jsonl was measured on another super-network than .*other; give that one, or measure this one by bort supernet sample/);
      await place.ok(args("net"));
    }
  });

  it("searches the space of a super-network, and warns outside of what was measured", async () => {
    const narrow = place.lines("all.jsonl").map(({ shape, ...rest }) => JSON.stringify({ ...rest, shape: shape.map((width) => Math.min(width, 8)) }));
    place.write("narrow.jsonl", narrow.join("\n"));
    const args = ["supernet", "search", "--table", place.at("narrow.jsonl"), "--supernet", place.at("net"), "--least-parameters", "12000"];
    expect((await place.ok(args))["warnings"]).toEqual([expect.stringMatching(/^perplexity: the predictor was asked outside its training range/)]);
    expect((await place.bort(args)).stdout).toMatch(/\nwarning: perplexity/);
    expect(await place.refused(changed(search(), "--supernet", place.at("net")))).toMatch(/--supernet .*net must have every shape of .*made\.jsonl, and has not the one in line 1: a shape of this space needs 3 widths, one a layer, got 4; give what the table is of/);
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
    ["an engine where nothing is timed", ["--threads", "1"], /--engine and --threads say nothing to --strategy exact, which times no network/],
    ["widths of two kinds", ["--widths", "120", "240", "--supernet", "net"], /--widths says nothing where --supernet has its own/],
    ["widths that the table's shapes do not have", ["--widths", "120", "240"], /--widths must have every shape of .*made\.jsonl, and has not the one in line \d+: layer [1-4] must be 120, 240 wide, got \d+; give what/],
    ["a front of one quantity", ["--strategy", "front", "--minimize", "flops", "--against", "flops"], /another quantity/],
  ])("refuses %s", async (_, more, told) => {
    expect(await place.refused(search(...more))).toMatch(told);
  });

  it.each<[string, string, RegExp]>([
    ["no table", "", /must hold 10 measured shapes or more, got 0; measure more/],
    ["a line that is no shape", `${made.slice(0, 11).join("\n")}\n{"shape":[120]}\n`, /got in line 12 \{"shape":\[120\]\}/],
    ["shapes of several lengths", `${made.slice(0, 11).join("\n")}\n{"shape":[120],"perplexity":3}\n`, /got 4 layers in line 1 and 1 in line 12/],
    ["a line that is no JSON", `${made.slice(0, 11).join("\n")}\nshape\n${made[12]!}\n`, /got in line 12 shape; correct the line or take it out/],
    ["a line that is no shape, by its line in the file", `\n${made.slice(0, 11).join("\n\n")}\n[]\n`, /got in line 23 \[\]/],
  ])("refuses %s", async (_, content, told) => {
    expect(await place.refused(changed(search(), "--table", place.write("bad.jsonl", content)))).toMatch(told);
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
    const { importance, heldOut, templates, cigars, difference } = (await place.ok(args)) as { importance: number[]; heldOut: { predicted: number; measured: number }[]; templates: (Valued & { name: string })[]; cigars: Valued[]; difference?: object };
    expect(importance.indexOf(Math.max(...importance))).toBe(3);
    expect(templates.map(({ name }) => name)).toContain("cigar");
    for (const { perplexity } of templates) expect(perplexity).toBeGreaterThan(4);
    expect(difference).toMatchObject({ spearman: expect.any(Number), networks: expect.any(Number) });
    expect(cigars.length).toBeGreaterThan(2);
    for (const [i, { shape, parameters }] of cigars.slice(1).entries()) {
      expect(parameters).toBeGreaterThan(cigars[i]!.parameters);
      expect(shape.every((width, layer) => width >= cigars[i]!.shape[layer]!)).toBe(true);
    }
    const page = place.bytes("shapes.html").toString();
    expect(heldOut.map(({ measured }) => measured)).toEqual(place.lines("made.jsonl").map(({ perplexity }) => perplexity));
    expect(heldOut.every(({ predicted, measured }) => Math.abs(predicted / measured - 1) < 0.5)).toBe(true);
    expect(page).toMatch(/Calibration of the predictor<[^]*Measured against predicted, 80 of 80 held-out shapes/);
    expect(page).toContain("mean of 8");
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
    const { diagonals } = (await place.ok(args)) as { diagonals: Record<"input" | "output", { values: number[]; softmax: number[]; bands: { to: number; mean: number }[] }>[] };
    const { parameters } = loadMlmModel(place.at("net")).model;
    for (const [layer, { input, output }] of diagonals.entries()) {
      const [within, out] = ["input", "output"].map((side) => parameters.view(`layers.${layer}.bottleneck.${side}.weight`).filter((_, i) => i % 17 === 0));
      expect([Float32Array.from(input.values), Float32Array.from(output.values)]).toEqual([within, out]);
    }
    const { stdout } = await place.bort(args);
    const means = diagonals[2]!.output.bands.map(({ mean }) => mean.toFixed(3));
    expect(means).not.toEqual(["1.000", "1.000", "1.000"]);
    expect(stdout).toMatch(new RegExp(`\\n +3  4 8 16 .*  ${means.join(" ")}\\n`));
    const page = place.bytes("diagonals.html").toString();
    expect(page).toMatch(/Softmax of the diagonals of output bottlenecks<[^]*<svg[^]*Bottlenecks of layer 3<[^]*Diagonals of layer 3<[^]*<svg/);
    for (const [layer, { input, output }] of diagonals.entries()) for (const { softmax } of [input, output]) expect(page).toContain(`layer ${layer + 1}: 16, ${formatNumber(softmax[15]!)}<`);
  });
});
