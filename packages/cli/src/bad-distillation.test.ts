import { cpSync, mkdirSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestWorkplace, changed } from "./test-workplace.js";

const place = new TestWorkplace();
beforeAll(async () => {
  mkdirSync(place.at("letters"));
  place.write("letters/a.txt", Array.from({ length: 200 }, (_, i) => `zyxwv ${"qponm ".repeat(1 + (i % 7))} utsr ${i}`).join("\n\n"));
  const fresh = (out: string): string[] => changed(place.pretraining(out), "--steps", "1");
  for (const args of [
    fresh("teacher"), [...fresh("second"), "--seed", "5"], changed(fresh("larger"), "--vocab-size", "290"), changed(fresh("other words"), "--corpus", place.at("letters")),
    changed(fresh("short"), "--sequence-length", "12"), changed(fresh("one head"), "--arch", "1,1,8,16"), place.distillation("teacher", "student", "--cache-logits", "8"),
  ]) expect((await place.bort(args)).code).toBe(0);
}, 60_000);
afterAll(() => place.remove());

const distilling = (...more: readonly string[]): string[] => place.distillation("teacher", "out", ...more);

describe("options that distill refuses before any work", () => {
  it.each([
    ["teachers of vocabularies of two sizes", ["--teacher", "larger"], /teacher has 280 tokens and [^\n]*larger 290; /],
    ["teachers of one size of vocabulary with other words", ["--teacher", "other words"], /teacher has ".*" as token \d+ and [^\n]*other words ".*"; /],
    ["sequences longer than one of the teachers reads", ["--teacher", "short", "--sequence-length", "16"], /at most 12/],
    ["a share for one of two teachers", ["--teacher", "second", "--teacher-weights", "1"], /for each of 2 teachers, got 1/],
    ["several teachers of layers alone", ["--teacher", "second", "--objective", "tinybert"], /several teachers/],
    ["a share without a second teacher", ["--teacher-weights", "1"], /for several teachers/],
    ["an objective that there is not", ["--objective", "bert"], /bort, bort-released, tinybert/],
    ["a form for a loss that there is not", ["--objective", "minilm", "--last-layer", "correct"], /--last-layer/],
    ["a weight below 0", ["--distillation-weight", "-1"], /above 0, got -1/],
    ["no loss against the teacher", ["--distillation-weight", "0"], /at least one loss/],
    ["attention compared between other numbers of heads", ["--objective", "minilm", "--arch", "1,1,8,16"], /head by head/],
    ["losses between layers on padded sequences", ["--objective", "tinybert", "--packing", "document"], /padding/],
    ["a student beside an architecture", ["--arch", "1,2,8,16", "--student", "second"], /--student or, fresh, by --arch; leave one of them out/],
    ["a student of another vocabulary", ["--student", "other words"], /--student needs the vocabulary of --teacher, but [^\n]*other words has ".*" as token \d+ and [^\n]*teacher ".*"; /],
    ["sequences longer than the student reads", ["--student", "short", "--sequence-length", "16"], /at most 12, the tokens that the student or a teacher reads/],
    ["a student compared with a teacher of other heads", ["--student", "one head", "--objective", "minilm"], /head by head/],
    ["a packing that there is not", ["--packing", "word"], /full-document, document, sentence/],
    ["more logits than the vocabulary has", ["--cache-logits", "281"], /at most 280/],
    ["no logits", ["--cache-logits", "0"], /from 1/],
    ["a place for logits that are not to be kept", ["--logits-cache", "x"], /needs --cache-logits/],
    ["logits for losses between layers", ["--cache-logits", "8", "--self-relations-weight", "1"], /selfRelations reads the teacher's layers/],
    ["the mean of teachers' logits of which some are kept", ["--teacher", "second", "--cache-logits", "8", "--combine-teachers", "logits"], /--cache-logits 280/],
  ])("%s", async (_, more, told) => {
    const args = more.map((arg, i) => (["--teacher", "--student"].includes(more[i - 1]!) ? place.at(arg) : arg));
    expect(await place.refused(distilling(...args))).toMatch(told);
  });
});

it("distill refuses a teacher whose tokenizer has another vocabulary than its model", async () => {
  cpSync(place.at("teacher"), place.at("mixed"), { recursive: true });
  cpSync(place.at("larger/tokenizer.json"), place.at("mixed/tokenizer.json"));
  expect(await place.refused(changed(distilling(), "--teacher", place.at("mixed")))).toMatch(/tokenizer for [^\n]*mixed has 290 tokens and its model 280/);
});

describe("a cache of logits", () => {
  const cached = (...more: readonly string[]): string[] => distilling("--cache-logits", "8", "--logits-cache", place.at("logits"), ...more);
  beforeAll(async () => {
    expect((await place.bort(changed(cached(), "--out", place.at("first")))).code).toBe(0);
  });

  it.each([
    ["of another teacher", () => changed(cached(), "--teacher", place.at("second")), "another teacher"],
    ["of another seed", () => cached("--seed", "1"), "other batches: text, seed"],
    ["of another corpus", () => changed(cached(), "--corpus", place.at("corpus/a.txt")), "other batches: text, seed"],
    ["of other packing", () => cached("--packing", "document"), "batches of another shape"],
    ["of other masking", () => cached("--whole-word-masking"), "masks"],
    ["of other batches", () => changed(cached(), "--batch-size", "3"), "batches of another shape"],
    ["of other steps, where the curriculum puts them elsewhere", () => changed(cached(), "--steps", "9"), "other steps of a run"],
    ["without the curriculum", () => cached("--curriculum", "none"), "sequences of 8 tokens, which this run does not train on"],
    ["of another number of logits", () => changed(cached(), "--cache-logits", "9"), "topK"],
    ["at other temperatures", () => cached("--temperature", "3"), "temperatures"],
  ])("is refused where it is %s, and stays as it is", async (_, args, told) => {
    const before = place.bytes("logits/teacher-1/8-tokens/logits-000000.bin");
    expect(await place.refused(args())).toContain(told);
    expect(place.bytes("logits/teacher-1/8-tokens/logits-000000.bin").equals(before)).toBe(true);
  });

  it("is not made for a corpus smaller than a batch", async () => {
    expect(await place.refused(changed(distilling("--cache-logits", "8", "--logits-cache", place.at("none")), "--batch-size", "5000"))).toContain("5000 sequences");
  });

  it.each([["cut short", 100], ["empty", 0]])("is refused where a file is %s, and made again once that is removed", async (_, length) => {
    const shard = "logits/teacher-1/16-tokens/logits-000000.bin";
    const whole = place.bytes(shard);
    truncateSync(place.at(shard), length);
    expect(await place.refused(cached())).toMatch(/logits-000000\.bin [^\n]*; remove it and cache the logits again/);
    rmSync(place.at(shard));
    expect((await place.bort(changed(cached(), "--out", place.at(`again ${length}`)))).code).toBe(0);
    expect(place.bytes(shard).equals(whole)).toBe(true);
  });

  it("is refused where its description was cut short", async () => {
    cpSync(place.at("logits"), place.at("cut"), { recursive: true });
    truncateSync(place.at("cut/teacher-1/8-tokens/cache.json"), 50);
    expect(await place.refused(changed(cached(), "--logits-cache", place.at("cut")))).toContain("cache.json is not JSON");
  });
});

describe("what --resume refuses", () => {
  const resuming = (...more: readonly string[]): string[] => place.distillation("teacher", "student", "--cache-logits", "8", "--resume", ...more);

  it.each([
    ["another teacher", () => changed(resuming(), "--teacher", place.at("second")), "another --teacher"],
    ["a second teacher", () => resuming("--teacher", place.at("second")), "another --teacher"],
    ["another objective", () => resuming("--objective", "bort-released"), "another --objective"],
    ["other masks", () => resuming("--whole-word-masking"), "another --whole-word-masking"],
    ["other packing", () => resuming("--packing", "document"), "another --packing"],
    ["another number of logits", () => changed(resuming(), "--cache-logits", "9"), "another --cache-logits (8, now 9)"],
  ])("%s", async (_, args, told) => {
    expect(await place.refused(args())).toContain(told);
  });

  it.each(["corpus/train-00000.tokens", "corpus/validation-00000.tokens", "logits/teacher-1/16-tokens/logits-000000.bin"])("%s, cut short: it goes on once that is removed", async (file) => {
    cpSync(place.at("student"), place.at("parted"), { recursive: true });
    const whole = place.bytes(`parted/${file}`);
    truncateSync(place.at(`parted/${file}`), whole.length - 1);
    const args = place.distillation("teacher", "parted", "--cache-logits", "8", "--resume");
    expect(await place.refused(args)).toContain(file.split("/").at(-1));
    rmSync(place.at(`parted/${file}`));
    rmSync(place.at("parted/checkpoint"), { recursive: true });
    expect((await place.bort(args)).code).toBe(0);
    expect(place.bytes(`parted/${file}`).equals(whole)).toBe(true);
    expect(place.bytes("parted/model.safetensors").equals(place.bytes("student/model.safetensors"))).toBe(true);
    expect(readdirSync(place.at("parted/corpus")).filter((name) => name.includes("tmp"))).toEqual([]);
    rmSync(place.at("parted"), { recursive: true });
  });

  it("a pre-training whose tokens were cut short, which has its vocabulary still", async () => {
    cpSync(place.at("teacher"), place.at("half"), { recursive: true });
    truncateSync(place.at("half/corpus/train-00000.tokens"), 200);
    const args = changed(place.pretraining("half", "--resume"), "--steps", "1");
    expect(await place.refused(args)).toMatch(/train-00000\.tokens should have \d+ bytes [^\n]*; delete it and make it again/);
    rmSync(place.at("half/corpus/train-00000.tokens"));
    expect((await place.bort(args)).code).toBe(0);
    expect(place.bytes("half/tokenizer.json").equals(place.bytes("teacher/tokenizer.json"))).toBe(true);
    expect(place.bytes("half/corpus/train-00000.tokens").equals(place.bytes("teacher/corpus/train-00000.tokens"))).toBe(true);
  });
});
