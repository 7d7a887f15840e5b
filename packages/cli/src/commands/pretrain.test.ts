import { readFileSync } from "node:fs";
import { loadMlmModel } from "@bort/nn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileHash } from "../file-hash.js";
import { TestWorkplace, changed } from "../test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

const weights = (run: string): string => readFileSync(place.at(`${run}/model.safetensors`)).toString("base64");

describe("pretrain", () => {
  it("packs and masks as it is told, and goes on so after an interruption", async () => {
    const models = [];
    for (const [i, more] of [[], ["--packing", "document"], ["--packing", "sentence"], ["--packing", "sentence", "--whole-word-masking"]].entries()) {
      expect((await place.bort(place.pretraining(`run-${i}`, ...more))).code).toBe(0);
      models.push(weights(`run-${i}`));
    }
    expect(new Set(models).size).toBe(4);
    const last = (...more: readonly string[]): string[] => place.pretraining("parts", "--packing", "sentence", "--whole-word-masking", ...more);
    expect((await place.bort(last(), /\b7\/10 /)).code).toBe(130);
    expect((await place.bort(last("--resume"))).code).toBe(0);
    expect(weights("parts")).toBe(models.at(-1));
  });
});

describe("pretrain --model", () => {
  beforeAll(async () => {
    for (const args of [
      place.pretraining("base"), place.pretraining("other", "--seed", "5"), place.supernet(undefined, "net", "--widths", "4", "8", "16"),
      ["supernet", "extract", "--supernet", place.at("net"), "--shape", "8,4,16", "--out", place.at("small")],
    ]) expect((await place.bort(args)).code).toBe(0);
  }, 60_000);

  const validationLosses = (run: string): number[] => readFileSync(place.at(`${run}/events.jsonl`), "utf8").trimEnd().split("\n")
    .map((line) => JSON.parse(line) as { type: string; metrics: { validationLoss: number } }).flatMap(({ type, metrics }) => (type === "evaluation" ? [metrics.validationLoss] : []));

  it("begins where the model ended, with its vocabulary, and leaves it as it is", async () => {
    const before = await fileHash(place.at("base/model.safetensors"));
    expect((await place.bort(place.furtherPretraining("base", "further"))).code).toBe(0);
    expect(validationLosses("further")[0]).toBe(validationLosses("base").at(-1));
    expect(await fileHash(place.at("base/model.safetensors"))).toBe(before);
    expect(readFileSync(place.at("further/tokenizer.json"), "utf8")).toBe(readFileSync(place.at("base/tokenizer.json"), "utf8"));
    const text = readFileSync(place.at("further/run.json"), "utf8");
    expect(JSON.parse(text)).toMatchObject({ inputs: { model: before }, settings: { "vocab-size": 280, "sequence-length": 16, curriculum: "none" } });
    expect(text).not.toContain(place.folder);
  });

  it("trains a network of a super-network further, as it is built", async () => {
    expect((await place.bort(place.furtherPretraining("small", "small further", "--curriculum", "short-first"))).code).toBe(0);
    const [small, further] = ["small", "small further"].map((folder) => loadMlmModel(place.at(folder)).model);
    expect(further!.arch).toEqual(small!.arch);
    expect(small!.arch.layers.map(({ width }) => width)).toEqual([8, 4, 16]);
    expect(further!.parameters.flat).not.toEqual(small!.parameters.flat);
  });

  it("leaves the weights where they are with --fresh, and takes architecture and vocabulary", async () => {
    expect((await place.bort(place.furtherPretraining("small", "small anew", "--fresh"))).code).toBe(0);
    expect((await place.bort(place.furtherPretraining("small", "small again", "--fresh", "--seed", "1"))).code).toBe(0);
    const [small, anew] = ["small", "small anew"].map((folder) => loadMlmModel(place.at(folder)));
    expect([anew!.model.arch, anew!.tokenizer.vocabSize]).toEqual([small!.model.arch, small!.tokenizer.vocabSize]);
    expect(validationLosses("small anew")[0]).not.toBe(validationLosses("small again")[0]); // Fresh weights are the seed's.
    expect(JSON.parse(readFileSync(place.at("small anew/run.json"), "utf8"))).toMatchObject({ settings: { fresh: true, curriculum: "short-first" } });
    expect(await place.refused(place.pretraining("refused", "--fresh"))).toMatch(/--fresh says nothing to --arch, which is fresh anyway/);
  });

  it("resumes bit for bit, from the same model alone", async () => {
    expect((await place.bort(place.furtherPretraining("base", "in one"))).code).toBe(0);
    const left = await place.bort(place.furtherPretraining("base", "in two"), /\b3\/6 /);
    expect([left.code, left.stderr]).toEqual([130, expect.stringMatching(/interrupted at step 3; go on with: bort pretrain --model .* --resume/)]);
    expect(await place.refused(place.furtherPretraining("other", "in two", "--resume"))).toMatch(/run with another --model;/);
    expect(await place.refused(changed(place.pretraining("in two", "--resume"), "--steps", "6"))).toMatch(/run with another --/);
    expect((await place.bort(place.furtherPretraining("base", "in two", "--resume"))).code).toBe(0);
    expect(weights("in two")).toBe(weights("in one"));
  });

  it.each<[string, readonly string[], RegExp]>([
    ["an architecture beside the model's", ["--arch", "2,2,16,32"], /--model or, fresh, by --arch; leave one of them out/],
    ["a size for the model's vocabulary", ["--vocab-size", "280"], /--vocab-size says nothing to --model, [^\n]*leave it out/],
    ["sequences longer than the model reads", ["--sequence-length", "17"], /at most 16, the tokens that the model reads, got 17/],
  ])("refuses %s", async (_, more, told) => {
    expect(await place.refused(place.furtherPretraining("base", "refused", ...more))).toMatch(told);
  });

  it("refuses a model that is not there, and to begin with nothing", async () => {
    expect(await place.refused(place.furtherPretraining("gone", "refused"))).toContain("gone");
    expect(await place.refused(["pretrain", "--corpus", place.at("corpus"), "--steps", "1", "--out", place.at("refused")])).toMatch(/--model or --arch is missing; see --help/);
  });
});
