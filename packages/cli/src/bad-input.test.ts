import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, truncateSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestWorkplace, changed } from "./test-workplace.js";

const place = new TestWorkplace();
beforeAll(async () => {
  expect((await place.bort(place.pretraining("teacher"))).code).toBe(0);
  mkdirSync(place.at("empty"));
  mkdirSync(place.at("latin"));
  mkdirSync(place.at("broken"));
  mkdirSync(place.at("no-dev"));
  cpSync(place.at("SST-2/train.tsv"), place.at("no-dev/train.tsv"));
  place.write("empty/blank.txt", "\n \n");
  place.write("latin/a.txt", Buffer.concat([readFileSync(place.at("corpus/a.txt")), Buffer.from("\n\ncaf\u00e9 ", "latin1")]));
  place.write("tiny.txt", "one\n\ntwo\n");
  place.write("file", "");
  place.write("broken/train.tsv", "sentence\tscore\nfine\t1\n");
  place.write("space-list.json", "[]");
  place.write("space-cut.json", '{"depth":');
});
afterAll(() => place.remove());

const finetuning = (): string[] => ["finetune", "--model", place.at("teacher"), "--task", "sst-2", "--data", place.at("SST-2"), "--out", place.at("out")];

describe("what pretrain refuses", () => {
  it.each([
    ["a corpus that is not there", "--corpus", () => place.at("gone"), "no file or folder"],
    ["a folder without text files", "--corpus", () => place.at("SST-2"), "there is no .txt"],
    ["an empty corpus", "--corpus", () => place.at("empty"), "no text"],
    ["a file that is not UTF-8", "--corpus", () => place.at("latin"), "not UTF-8"],
    ["a corpus too small for its parts", "--corpus", () => place.at("tiny.txt"), "corpus"],
    ["a batch larger than the corpus", "--batch-size", () => "5000", "batch"],
    ["heads that do not divide the hidden size", "--arch", () => "2,3,16,32", "not divisible"],
    ["an architecture of three numbers", "--arch", () => "2,2,16", "four whole numbers"],
    ["a vocabulary below the bytes", "--vocab-size", () => "10", "261"],
    ["no steps", "--steps", () => "0", "--steps"],
    ["a learning rate of 0", "--learning-rate", () => "0", "learning rate"],
    ["a warm-up longer than the run", "--warmup-ratio", () => "1.5", "warm-up"],
    ["no threads", "--threads", () => "0", "--threads"],
    ["an engine that there is not", "--engine", () => "cuda", "auto, native, onnx"],
    ["an --out below a file", "--out", () => place.at("file/run"), "part of the path is a file"],
    ["an --out that is a file", "--out", () => place.at("file"), "part of the path is a file"],
  ])("%s", async (_, option, value, told) => {
    expect(await place.refused(changed(place.pretraining("out"), option, value()))).toContain(told);
  });

  it("a folder that cannot be made", async () => {
    expect(await place.refused(changed(place.pretraining("out"), "--out", "/proc/bort"))).toContain("/proc/bort");
  });

  it("a folder that holds a run, which it leaves as it is", async () => {
    const before = readFileSync(place.at("teacher/events.jsonl"));
    expect(await place.refused(place.pretraining("teacher"))).toMatch(/--resume.*another --out/);
    expect(readFileSync(place.at("teacher/events.jsonl")).equals(before)).toBe(true);
  });

  it("a failure leaves what was in the folder before it", async () => {
    mkdirSync(place.at("mine"));
    place.write("mine/notes.md", "mine");
    await place.refused(changed(place.pretraining("mine"), "--corpus", place.at("latin")));
    expect(readdirSync(place.at("mine"))).toEqual(["notes.md"]);
  });

  it("a loss that is not finite, keeping the last checkpoint", async () => {
    const args = [...changed(changed(place.pretraining("diverged"), "--learning-rate", "1e30"), "--warmup-ratio", "0"), "--checkpoint-every", "1", "--quiet"];
    const { code, stderr } = await place.bort(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^bort: [^\n]*step \d+[^\n]*\n$/);
    expect(existsSync(place.at("diverged/checkpoint/checkpoint.json"))).toBe(true);
    expect(existsSync(place.at("diverged/model.safetensors"))).toBe(false);
  });
});

describe("what --resume refuses", () => {
  it.each([
    ["cut short", (path: string): void => truncateSync(path, 1000)],
    ["changed by a byte", (path: string): void => {
      const bytes = readFileSync(path);
      bytes[bytes.length - 7]! ^= 1;
      place.write(path.slice(place.folder.length + 1), bytes);
    }],
  ])("a checkpoint %s", async (name, damage) => {
    const run = `damaged ${name}`;
    cpSync(place.at("teacher"), place.at(run), { recursive: true });
    const tensors = readdirSync(place.at(`${run}/checkpoint`)).find((file) => file.endsWith(".safetensors"))!;
    damage(place.at(`${run}/checkpoint/${tensors}`));
    expect(await place.refused(place.pretraining(run, "--resume"))).toContain("checkpoint");
    expect(existsSync(place.at(`${run}/checkpoint/checkpoint.json`))).toBe(true);
  });
});

describe("what extract refuses", () => {
  it.each([
    ["an epsilon of 0", "--epsilon", () => "0", "--epsilon"],
    ["an epsilon above the space", "--epsilon", () => "5", "epsilon"],
    ["a space that is not there", "--space", () => place.at("gone.json"), "gone.json"],
    ["a space that is not JSON", "--space", () => place.at("space-cut.json"), "not JSON"],
    ["a space that is a list", "--space", () => place.at("space-list.json"), "four lists"],
    ["a teacher that is not there", "--teacher", () => place.at("gone"), "gone"],
    ["sequences longer than the teacher reads", "--sequence-length", () => "17", "16"],
  ])("%s", async (_, option, value, told) => {
    expect(await place.refused(changed(place.search("teacher", "out"), option, value()))).toContain(told);
  });
});

describe("what the others refuse", () => {
  it.each([
    ["distill: a temperature of 0", () => changed(place.distillation("teacher", "out"), "--temperature", "0"), "temperature"],
    ["distill: sequences longer than the teacher reads", () => changed(place.distillation("teacher", "out"), "--sequence-length", "32"), "16"],
    ["finetune: a task that there is not", () => changed(finetuning(), "--task", "snli"), "SST-2"],
    ["finetune: a file without a column", () => changed(finetuning(), "--data", place.at("broken")), "has no label"],
    ["finetune: a folder without the files", () => changed(finetuning(), "--data", place.at("corpus")), "no train split of SST-2"],
    ["finetune: a file in place of the folder", () => changed(finetuning(), "--data", place.at("SST-2/train.tsv")), "train.tsv has no train split of SST-2"],
    ["finetune: steps and epochs", () => [...finetuning(), "--steps", "1", "--epochs", "1"], "not both"],
    ["finetune: patience where nothing is measured", () => changed(changed(finetuning(), "--data", place.at("no-dev")), "--patience", "2"), "dev split"],
    ["finetune: a model that is not there", () => changed(finetuning(), "--model", place.at("gone")), "config.json"],
  ])("%s", async (_, args, told) => {
    expect(await place.refused(args())).toContain(told);
  });

  it("eval and export: models that they cannot use, folders that they would spoil", async () => {
    const told = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await place.bort(args);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^bort: [^\n]+\n$/)]);
      return stderr;
    };
    expect(await told("eval", "--model", place.at("teacher"), "--task", "sst-2", "--data", place.at("SST-2"))).toContain("classifier");
    expect(await told("export", "--model", place.at("gone"), "--out", place.at("out"))).toContain("gone");
    expect(await told("export", "--model", place.at("teacher"), "--out", place.at("teacher"))).toContain("holds a run or what it made");
    expect(existsSync(place.at("out"))).toBe(false);
  });
});
