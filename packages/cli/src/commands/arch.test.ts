import { afterAll, describe, expect, it } from "vitest";
import { archOf, archToJson, presets, toHfConfig } from "@bort/arch";
import { type ArchCountsJson } from "../arch-counts.js";
import { TestWorkplace } from "../test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

/** What `bort arch` says in JSON. */
async function counted<Result = ArchCountsJson>(...args: readonly string[]): Promise<Result> {
  const { code, stdout, stderr, json } = await place.bort(["arch", ...args, "--json"]);
  expect([code, stderr, stdout.split("\n")]).toEqual([0, "", [expect.any(String), ""]]);
  return json() as Result;
}

async function printed(...args: readonly string[]): Promise<string> {
  const { code, stdout } = await place.bort(["arch", ...args]);
  expect(code).toBe(0);
  return stdout;
}

/** The cells of the table's row of that label. */
const row = (table: string, label: string): string[] =>
  table.split("\n").find((line) => line.trimStart().startsWith(`${label}  `))!.trim().split(/ {2,}/).slice(1);

describe("bort arch --json", () => {
  it("says these fields and no others", async () => {
    const weights = 4 * 75_106_304;
    expect(await counted("bort")).toEqual({
      name: "bort",
      parameters: { total: 75_106_304, embedding: 51_997_696, encoder: 23_108_608, pooler: 0, heads: 0 },
      flops: { forward: 27_917_287_424, sequence: 512 },
      macs: 13_958_643_712,
      memoryBytes: {
        inference: weights + 16_777_216, training: 4 * weights + 115_343_360, weights, gradients: weights, optimizerState: 2 * weights,
        inferenceActivations: 16_777_216, trainingActivations: 115_343_360,
      },
      accounting: "exact",
    });
  });

  it("knows presets by their names and aliases", async () => {
    expect((await counted("bert-base-uncased")).parameters.total).toBe(109_482_240);
    const { name, ...counts } = await counted("google/mobilebert-uncased");
    expect([name, counts.parameters.total]).toEqual(["google/mobilebert-uncased", 24_581_888]);
    expect(await counted("mobilebert")).toEqual({ name: "mobilebert", ...counts });
  });

  it("counts a tuple inside its vocabulary and positions", async () => {
    const total = async (...more: string[]): Promise<number> => (await counted("1,1,8,16", ...more)).parameters.total;
    expect(await total("--vocab-size", "100", "--positions", "10")).toBe(110 * 8 + 16 + (4 * 72 + 8 * 16 + 16 + 16 * 8 + 8 + 32));
    expect(await total()).toBe(await total("--vocab-size", "100", "--positions", "10") + (8192 + 512 - 110) * 8);
  });

  it("gives a preset other tables", async () => {
    expect(await counted("bort", "--vocab-size", "50266", "--positions", "100")).toMatchObject({
      parameters: { embedding: 51_997_696 + 1024 * (1 - 412) }, flops: { sequence: 100 },
    });
  });

  it("reads a config.json and the library's own JSON, and counts no head that is only in the file's class", async () => {
    const bort = await counted("bort");
    const own = place.write("own.json", JSON.stringify(archToJson(presets.bort.arch)));
    const config = place.write("config.json", JSON.stringify(toHfConfig(presets.bort.arch)));
    expect(toHfConfig(presets.bort.arch).architectures).toEqual(["BertForMaskedLM"]);
    expect(await counted(own)).toEqual({ ...bort, name: own });
    expect(await counted(config)).toEqual({ ...bort, name: config });
  });

  it("counts with the sequence, the batch, heads and element-wise operations that are asked for", async () => {
    const [one, two] = [await counted("bert-tiny", "--seq", "128"), await counted("bert-tiny", "--seq", "128", "--batch", "2")];
    expect(one.flops.sequence).toBe(128);
    expect(two.macs).toBe(2 * one.macs!);
    expect(two.memoryBytes).toMatchObject({ weights: one.memoryBytes.weights, trainingActivations: 2 * one.memoryBytes.trainingActivations });
    expect((await counted("bert-base-uncased", "--heads", "mlm,nsp")).parameters.total).toBe(110_106_428);
    const elementwise = await counted("bert-tiny", "--seq", "128", "--elementwise");
    expect(elementwise.flops.forward).toBeGreaterThan(one.flops.forward!);
    expect(elementwise.macs).toBe(one.macs);
  });

  it.each([
    ["bert-base-uncased", 768 * 3 + 3],
    ["distilbert-base-uncased", 768 * 768 + 768 + 768 * 3 + 3],
  ])("puts a classifier on the pooler of %s, or on a dense layer where there is none", async (name, heads) => {
    expect((await counted(name, "--heads", "classifier:3")).parameters.heads).toBe(heads);
  });

  it.each([
    ["bert-base-uncased", "exact", 109_482_240, 96_637_943_808, 48_318_971_904],
    ["bort-paper", "bort-paper", 76_161_024, 512 * (4 * (4 * 2047 * 1024 + 1024 ** 2 + 2047 * 768 + 7 * 768 ** 2) + 2047 * 1024 + 3 * 1024), null],
    ["schubert-99m", "schubert-paper", 98_895_320, null, null],
    ["supershaper-33m", "supershaper-paper", 33_189_360, 12 * 512 * (120 * 4 * (240 + 3072 + 120) + 2 * 512 * 120), null],
  ])("counts %s as %s", async (name, accounting, total, forward, macs) => {
    expect(await counted(name, "--accounting", accounting)).toMatchObject({ accounting, parameters: { total }, flops: { forward, sequence: 512 }, macs });
  });
});

describe("bort arch", () => {
  it("prints a table and the receipt of the parameters", async () => {
    const text = await printed("bort");
    expect([row(text, "layers"), row(text, "hidden size"), row(text, "vocabulary"), row(text, "MACs")]).toEqual([["4"], ["1,024"], ["50,265"], ["13,958,643,712"]]);
    expect(row(text, "bytes to run")).toEqual(["317,202,432"]);
    expect(text.split("\n\n")[1]).toMatch(/^parameters +75,106,304\n(.*\n)* +words +51,471,360 {2}V × H /);
    expect(text).not.toMatch(/bottleneck|embedding width|FFNs/);
  });

  it("prints what only some architectures have", async () => {
    const mobilebert = await printed("mobilebert");
    expect(["FFNs per layer", "bottleneck width", "embedding width"].map((label) => row(mobilebert, label))).toEqual([["4"], ["128"], ["128"]]);
    expect(row(await printed("albert-base-v2"), "layers")).toEqual(["12, shared"]);
    expect(row(await printed("schubert-99m"), "FFN size")).toEqual(["2,022–2,974"]);
  });

  it.each([["flops", "FLOPs", "27,917,287,424"], ["memory", "bytes", "1,317,044,224"]])("prints the receipt of %s", async (name, root, value) => {
    expect((await printed("bort", "--receipt", name)).split("\n\n")[1]).toMatch(new RegExp(`^${root} +${value}`));
  });

  it("says why an accounting leaves FLOPs or MACs out", async () => {
    const schubert = await printed("schubert-99m", "--accounting", "schubert-paper");
    expect([row(schubert, "FLOPs, 512 tokens"), row(schubert, "MACs")]).toEqual([["–"], ["–"]]);
    expect(schubert).toContain("defines neither FLOPs nor MACs");
    expect(await printed("bort-paper", "--accounting", "bort-paper")).toContain("not twice a number of MACs");
  });
});

describe("bort arch --compare", () => {
  it("puts presets, files and tuples side by side, over as many tokens as all of them read", async () => {
    const tuple = [1, 2, 8, 16] as const;
    const file = place.write("small.json", JSON.stringify(archToJson(archOf(tuple, { vocabSize: 100, positions: 64 }))));
    const names = [file, "bert-tiny", "1,2,8,16"];
    const { models, ...rest } = await counted<{ models: ArchCountsJson[] }>("--compare", ...names);
    expect(rest).toEqual({});
    expect(models).toEqual(await Promise.all(names.map((name) => counted(name, "--seq", "64"))));
    const table = await printed("--compare", ...names);
    expect(row(table, "vocabulary")).toEqual(["100", "30,522", "8,192"]);
    const ratios = models.map(({ parameters: { total } }) => `${(total / models[0]!.parameters.total).toFixed(3)} ×`);
    expect(table.split("\n").findLast((line) => line.startsWith("  parameters"))!.trim().split(/ {2,}/).slice(1)).toEqual(ratios);
  });
});

describe("bort arch --list", () => {
  it("names every preset with its source", async () => {
    const { presets: listed } = await counted<{ presets: Record<string, unknown>[] }>("--list");
    expect(listed.map(({ name }) => name)).toEqual(Object.keys(presets));
    expect(listed).toContainEqual({
      name: "mobilebert", parameters: 24_581_888, printed: null, aliases: presets.mobilebert.aliases, source: presets.mobilebert.source,
    });
    expect(listed).toContainEqual(expect.objectContaining({ name: "schubert-33m", printed: { millions: 33, accounting: "schubert-paper" }, aliases: [] }));
    const table = await printed("--list");
    expect(table.trimEnd().split("\n")).toHaveLength(Object.keys(presets).length + 2);
    expect(table).toMatch(/^schubert-33m +33,277,770 +33 M {2}– +Khetan/m);
  });
});

describe("bort arch refuses", () => {
  place.write("cut.json", '{"model_type":');
  place.write("gpt.json", '{"model_type":"gpt2"}');
  place.write("less.json", '{"model_type":"bert"}');
  place.write("huge.json", " ".repeat(10 * 2 ** 20));

  it.each([
    [[], "an architecture is missing"],
    [["3,2,8"], "four whole numbers"],
    [["1,3,8,16"], "not divisible"],
    [["1,1,1e12,16"], "four whole numbers"],
    [["1,1,1000000000000,16"], "in [1, 16777216]"],
    [["bret-base"], "no preset"],
    [["gone.json"], "cannot read gone.json (ENOENT)"],
    [[place.at("cut.json")], "cut.json: arch: a config must be JSON"],
    [[place.at("gpt.json")], "gpt2"],
    [[place.at("less.json")], "which is missing"],
    [[place.at("huge.json")], "at most 1048576 bytes"],
    [["bort", "--seq", "513"], "at most 512"],
    [["bort", "--seq", "0"], "from 1"],
    [["bort", "--seq", "1.5"], "whole number"],
    [["bort", "--sequence", "128"], "did you mean --seq"],
    [["bort", "--vocab-size", "1"], "padTokenId"],
    [["bort", "--accounting", "albert-paper"], "exact, bort-paper"],
    [["mobilebert", "--accounting", "bort-paper"], "needs a uniform BERT"],
    [["bort", "--accounting", "supershaper-paper"], "needs an encoder with linear bottlenecks"],
    [["bort-paper", "--accounting", "bort-paper", "--heads", "mlm"], "--heads needs the accounting exact"],
    [["bort-paper", "--accounting", "bort-paper", "--elementwise"], "--elementwise needs the accounting exact"],
    [["bort", "--heads", "nsp"], "pooler"],
    [["bort", "--heads", "mlm,mlm"], "each head once"],
    [["bort", "--heads", "classifier"], "classifier:N"],
    [["bort", "--heads", "classifier:0"], "classifier labels"],
    [["bort", "--receipt", "time"], "parameters, flops, memory"],
    [["bort", "--receipt", "flops", "--json"], "leave out --json"],
    [["schubert-99m", "--accounting", "schubert-paper", "--receipt", "flops"], "defines no FLOPs"],
    [["--compare", "bort"], "two architectures or more"],
    [["bort", "--compare", "bert-tiny", "bert-mini"], "behind --compare"],
    [["--compare", "bert-tiny", "bert-mini", "--receipt", "flops"], "leave out --compare"],
    [["--compare", "bert-tiny", "bret-base"], "no preset"],
    [["bort", "--list"], "takes nothing beside it"],
    [["--list", "--seq", "3"], "takes nothing beside it"],
  ])("%j", async (args, told) => {
    const { code, stdout, stderr } = await place.bort(["arch", ...args]);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(/^bort: [^\n]+\n$/)]);
    expect(stderr).toContain(told);
  });
});
