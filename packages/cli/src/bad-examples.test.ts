import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { uniformArch } from "@bort/arch";
import { trainByteLevelBpe } from "@bort/data";
import { createModel, saveModel } from "@bort/nn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

const put = (path: string, content: string | Uint8Array): string => {
  mkdirSync(dirname(place.at(path)), { recursive: true });
  return place.write(path, content);
};
const good = put("good.csv", "said,mood\ngood,glad\nbad,sad\n");

beforeAll(async () => {
  const tokenizer = await trainByteLevelBpe(["It rains."], { vocabSize: 262 });
  const arch = uniformArch({ depth: 1, heads: 1, hidden: 4, intermediate: 4, vocabSize: tokenizer.vocabSize, positions: 32, padTokenId: tokenizer.special.pad });
  saveModel(place.at("base"), { model: createModel(arch, { kind: "mlm" }, 1), tokenizer });
});

const finetune = (...more: readonly string[]): string[] => ["finetune", "--model", place.at("base"), "--out", place.at("out"), "--steps", "1", "--batch-size", "2", ...more];
const own = (train: string, dev = good): string[] => finetune("--task", "classification", "--train", train, "--dev", dev, "--text", "said", "--label", "mood");

/** What is told of a file, in one line; nothing is written. */
async function toldOf(path: string, args: readonly string[]): Promise<string> {
  const told = await place.refused(args);
  expect(existsSync(place.at("out"))).toBe(false);
  expect(told).toContain(path);
  return told.slice(told.indexOf(path) + path.length);
}

const HUNDRED_MEGABYTES = 100_000_000;
const long = (before: string, repeated = "long "): Buffer => {
  const content = Buffer.alloc(HUNDRED_MEGABYTES, repeated);
  content.write(before);
  return content;
};
const withLatin1 = (before: string, after: string): Buffer => Buffer.concat([Buffer.from(before), Buffer.from("caf\xe9", "latin1"), Buffer.from(after)]);
const bigEndian = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();
const row = (said: string, mood: string): string => `${JSON.stringify({ said, mood })}\n`;

describe("finetune with files of one's own", () => {
  it("learns from CSV with quotes, commas and line breaks in fields, whatever its lines end in", async () => {
    const path = put("quoted.csv", '\ufeffmood,said\r\nglad,"Fine, ""really"".\r\nYes,\n\nfine."\r\n"sa\nd",\r\nglad,"""a"""\n"sa\nd","b"');
    expect((await place.bort([...own(path, path), "--json"])).json()).toMatchObject({ steps: 1, accuracy: expect.any(Number) });
    const scored = await place.bort(["eval", "--model", place.at("out"), "--task", "classification", "--dev", path, "--text", "said", "--label", "mood"]);
    expect([scored.code, scored.stdout]).toEqual([0, expect.stringContaining("on 4 examples")]);
    rmSync(place.at("out"), { recursive: true });
  });

  it.each<[string, string, () => string | Uint8Array, RegExp]>([
    ["a quote that is not closed", "a.csv", () => 'said,mood\ngood,glad\n"bad,sad\nworse,sad\n', /^:3 has a quote that is out of place or is not closed/],
    ["a quote that the next one closes", "a.csv", () => 'said,mood\n"bad,sad\n"worse",sad\n', /^:2 has a quote/],
    ["a row that is cut short", "a.csv", () => "said,mood\ngood,glad\nbad\n", /^:3 /],
    ["a CSV line of 100 MB", "a.csv", () => long("said,mood\ngood,glad\n"), /^:3 begins a line of more than/],
    ["100 MB of lines behind a quote", "a.csv", () => long('said,mood\ngood,glad\n"', "bad,sad\n"), /^:3 begins a record of more than.*close its quote/],
    ["a TSV line of 100 MB", "a.tsv", () => long("said\tmood\n"), /^:2 begins a line/],
    ["a JSON line of 100 MB", "a.jsonl", () => long(`${row("good", "glad")}{"said":"`), /^:2 begins a line/],
    ["a Latin-1 byte in UTF-8", "a.csv", () => withLatin1("said,mood\nna\u00efve,glad\n", ",sad\n"), /^:3 is not UTF-8 \(byte 0xe9\)/],
    ["a Latin-1 byte in JSON", "a.jsonl", () => withLatin1(`${row("na\u00efve", "glad")}{"said":"`, '","mood":"sad"}\n'), /^:2 is not UTF-8/],
    ["UTF-16", "a.csv", () => Buffer.from("\ufeffsaid,mood\ngood,glad\n", "utf16le"), /^:1 is not UTF-8/],
    ["UTF-16, the high byte first", "a.tsv", () => bigEndian("\ufeffsaid\tmood\ngood\tglad\n"), /^:1 is not UTF-8/],
    ["UTF-16 without a mark", "a.csv", () => Buffer.from("said,mood\ngood,glad\n", "utf16le"), /^:1 holds NUL, as UTF-16 does/],
    ["UTF-16 behind UTF-8", "a.jsonl", () => Buffer.concat([Buffer.from(row("good", "glad")), Buffer.from(row("bad", "sad"), "utf16le")]), /^:2 holds NUL/],
    ["JSON that is cut short", "a.jsonl", () => `${row("good", "glad")}{"said":"bad"`, /^:2 /],
  ])("refuses %s by file and line, in training and in dev", async (_, name, content, told) => {
    const path = put(name, content());
    expect(await toldOf(path, own(path))).toMatch(told);
    expect(await toldOf(path, own(good, path))).toMatch(told);
    rmSync(path);
  });

  it.each<[string, string, string, RegExp]>([
    ["a label that training has not", "a.csv", "said,mood\ngood,glad\nso so,calm\n", /^:3 needs a label of glad, sad, got "calm"/],
    ["a label in other case", "a.csv", "said,mood\nGood,Glad\n", /^:2 needs a label of glad, sad, got "Glad"/],
    ["a label that is missing", "a.jsonl", '{"said":"good"}\n', /^:1 has no label/],
    ["a header alone", "a.csv", "said,mood\n", /^ has no row of data/],
    ["an empty file", "a.jsonl", "", /^ has no row of data/],
  ])("refuses %s in dev", async (_, name, content, told) => {
    const path = put(name, content);
    expect(await toldOf(path, own(good, path))).toMatch(told);
  });

  it.each<[string, string, RegExp]>([
    ["an empty file", "", /^ needs at least two labels in its column "mood", got none/],
    ["a header alone", "said,mood\n", /^ needs at least two labels in its column "mood", got none/],
    ["one class alone", "said,mood\ngood,glad\nfine,glad\n", /^ needs at least two labels in its column "mood", got glad/],
  ])("refuses %s in training", async (_, content, told) => {
    const path = put("a.csv", content);
    expect(await toldOf(path, own(path))).toMatch(told);
  });
});

describe("finetune with a published task", () => {
  const sst = "sentence\tlabel\n";
  const premise = '{"premise":"p","hypothesis":"h","label":';

  it.each<[string, string, string, () => string | Uint8Array, RegExp]>([
    ["a label that the task has not", "sst-2", "SST-2/train.tsv", () => `${sst}good\t1\nbad\t2\n`, /^:3 needs a label of 0, 1, got "2"/],
    ["a label of another task", "cb", "CB/train.jsonl", () => `${premise}"entailment","idx":0}\n${premise}"not_entailment","idx":1}\n`, /^:2 needs a label of entailment/],
    ["a class without an example", "sst-2", "SST-2/train.tsv", () => `${sst}good\t1\nfine\t1\n`, /^ has no example of the label "0" of 0, 1/],
    ["a header alone", "sst-2", "SST-2/train.tsv", () => sst, /^ has no row of data/],
    ["an empty file", "cola", "CoLA/train.tsv", () => "", /^ has no row of data/],
    ["empty lines", "cb", "CB/train.jsonl", () => "\n\n", /^ has no row of data/],
    ["an empty dev split", "sst-2", "SST-2/dev.tsv", () => sst, /^ has no row of data/],
    ["a Latin-1 byte", "sst-2", "SST-2/train.tsv", () => withLatin1(`${sst}good\t1\n`, "\t0\n"), /^:3 is not UTF-8 \(byte 0xe9\)/],
    ["a Latin-1 byte in dev", "sst-2", "SST-2/dev.tsv", () => withLatin1(sst, "\t0\n"), /^:2 is not UTF-8/],
    ["UTF-16", "cola", "CoLA/train.tsv", () => Buffer.from("\ufeffa\t1\t\tIt rains.\n", "utf16le"), /^:1 is not UTF-8/],
    ["UTF-16 in an article", "race-m", "race/train/middle/7.txt", () => Buffer.from('{"article":"It rained."}', "utf16le"), /^:1 holds NUL/],
    ["a line of 100 MB", "sst-2", "SST-2/train.tsv", () => long(`${sst}good\t1\n`), /^:3 begins a line of more than/],
  ])("refuses %s: %s", async (_, task, name, content, told) => {
    put("data/SST-2/train.tsv", `${sst}good\t1\nbad\t0\n`);
    const path = put(`data/${name}`, content());
    expect(await toldOf(path, finetune("--task", task, "--data", place.at("data")))).toMatch(told);
    rmSync(place.at("data"), { recursive: true });
  });
});
