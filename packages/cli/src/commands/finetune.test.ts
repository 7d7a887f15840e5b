import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { uniformArch } from "@bort/arch";
import { trainByteLevelBpe } from "@bort/data";
import { createModel, loadClassifier, saveModel } from "@bort/nn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestWorkplace } from "../test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

const put = (path: string, ...lines: readonly string[]): void => {
  mkdirSync(dirname(place.at(path)), { recursive: true });
  place.write(path, `${lines.join("\n")}\n`);
};
const article = JSON.stringify({ article: "It rained.", questions: ["What fell?", "When?"], options: [["rain", "snow", "ash", "sand"], ["now", "then", "never", "soon"]], answers: ["A", "B"] });
const letters = JSON.stringify({ article: "It snowed.", questions: ["What?", "Who?"], options: [["a", "b", "c", "d"], ["e", "f", "g", "h"]], answers: ["C", "D"] });

put("data/glue/STS-B/train.tsv", "index\tsentence1\tsentence2\tscore", ...[0, 1, 2, 3].map((i) => `${i}\tA man ${i}.\tA boy.\t${i}.5`));
put("data/glue/STS-B/dev.tsv", "index\tsentence1\tsentence2\tscore", "0\tA man.\tA boy.\t2.5", "1\tA cat.\tA cat.\t5");
put("data/glue/MNLI/dev_mismatched.tsv", "index\tsentence1\tsentence2\tgold_label", "0\ta\tb\tneutral");
put("data/race/train/middle/1.txt", article);
put("data/race/train/middle/2.txt", letters);
put("own/train.csv", "said,mood", '"good, ""very"" good",glad', "bad,sad", "worse,sad", "sad news,sad");
put("own/dev.csv", "said,mood", "fine,glad", "awful,sad");
put("own/scores.jsonl", ...[1, 2.5, -3].map((score) => JSON.stringify({ score, left: "so", right: "and so" })));

beforeAll(async () => {
  const tokenizer = await trainByteLevelBpe(["It rains.", "She ran."], { vocabSize: 262 });
  const arch = uniformArch({ depth: 1, heads: 1, hidden: 4, intermediate: 4, vocabSize: tokenizer.vocabSize, positions: 32, padTokenId: tokenizer.special.pad });
  saveModel(place.at("base"), { model: createModel(arch, { kind: "mlm" }, 1), tokenizer });
});

const finetune = (out: string, ...more: readonly string[]): string[] =>
  ["finetune", "--model", place.at("base"), "--out", place.at(out), "--steps", "3", "--batch-size", "4", "--evaluate-every", "3", ...more];
const own = (...more: readonly string[]): string[] =>
  ["--task", "classification", "--train", place.at("own/train.csv"), "--text", "said", "--label", "mood", ...more];
const fromData = (task: string, ...more: readonly string[]): string[] => ["--task", task, "--data", place.at("data"), ...more];
const run = (out: string): string => readFileSync(place.at(`${out}/run.json`), "utf8");

describe("bort finetune", () => {
  it("learns values, which eval then scores", async () => {
    const tuned = await place.bort(finetune("values", ...fromData("sts-b"), "--json"));
    expect([tuned.code, tuned.json()["meanSquaredError"]]).toEqual([0, expect.any(Number)]);
    expect(loadClassifier(place.at("values")).model.head.labels).toEqual([]);
    const scored = await place.bort(["eval", "--task", "all", "--data", place.at("data"), "--model", place.at("values"), "--json"]);
    expect(scored.json()).toMatchObject({ scores: [{ task: "STS-B", split: "dev", examples: 2, metrics: { pearson: expect.any(Number), spearman: expect.any(Number) } }] });
  });

  it("learns options one by one, or all at once by another casting, which eval then knows", async () => {
    const tuned = await place.bort(finetune("options", ...fromData("race-m"), "--balance", "--json"));
    expect([tuned.code, loadClassifier(place.at("options")).model.head.labels]).toEqual([0, ["0", "1"]]);
    expect((await place.bort(finetune("letters", ...fromData("race-m", "--casting", "multiple-choice")))).code).toBe(0);
    expect(loadClassifier(place.at("letters")).model.head.labels).toEqual(["A", "B", "C", "D"]);
    const all = ["eval", "--task", "all", "--data", place.at("data"), "--split", "train", "--model"];
    expect((await place.bort([...all, place.at("options")])).stdout).toMatch(/^RACE-M train: accuracy (0\.\d{4}|1\.0000) on 16 examples\n$/);
    expect((await place.bort([...all, place.at("letters")])).stdout).toMatch(/^RACE-M train: accuracy (0\.\d{4}|1\.0000) on 4 examples\n$/);
    const alone = (model: string, ...more: readonly string[]) => place.bort(["eval", "--model", place.at(model), ...fromData("race-m"), "--split", "train", ...more]);
    expect((await alone("letters")).stdout).toMatch(/^RACE-M train: accuracy (0\.\d{4}|1\.0000) on 4 examples\n$/);
    expect((await alone("options")).stdout).toMatch(/ on 16 examples\n$/);
    expect((await alone("options", "--casting", "multiple-choice")).stderr).toContain("RACE-M has the labels A, B, C, D, and the model has the labels 0, 1");
  });

  it("learns files of one's own, and names none of them in run.json", async () => {
    expect((await place.bort(finetune("mood", ...own("--dev", place.at("own/dev.csv"))))).stdout).toMatch(/accuracy \d\.\d{4}/);
    expect(JSON.parse(run("mood"))).toMatchObject({ settings: { task: "classification", text: "said", label: "mood", balance: false } });
    expect(run("mood")).not.toContain(place.folder);
    const scored = await place.bort(["eval", "--model", place.at("mood"), ...own("--dev", place.at("own/dev.csv")), "--json"]);
    expect(scored.json()).toMatchObject({ task: "classification", examples: 2, metrics: { accuracy: expect.any(Number), macroF1: expect.any(Number) } });
    const values = ["--task", "regression", "--train", place.at("own/scores.jsonl"), "--text", "left", "--pair", "right", "--label", "score"];
    expect((await place.bort(finetune("score", ...values))).code).toBe(0);
  });

  it("balances the examples, so that a run with and one without are not the same", async () => {
    expect((await place.bort(finetune("balanced", ...own("--balance")))).code).toBe(0);
    const { inputs } = JSON.parse(run("balanced")) as { inputs: { data: string } };
    expect(inputs.data).not.toBe((JSON.parse(run("mood")) as { inputs: { data: string } }).inputs.data);
  });

  it.each<[string, () => string[], RegExp]>([
    ["a set that is not for training", () => fromData("mnli-mm"), /MNLI-mm has no split "train".*MNLI-m predicts it/],
    ["balanced values", () => fromData("sts-b", "--balance"), /--balance needs labels/],
    ["patience without anything to measure", () => own("--patience", "2"), /dev split/],
    ["a casting that the task has not", () => fromData("sts-b", "--casting", "multiple-choice"), /has no casting/],
    ["a test file", () => own("--test", place.at("own/dev.csv")), /no option --test/],
    ["a column that is not there", () => ["--task", "classification", "--train", place.at("own/train.csv"), "--text", "wrote", "--label", "mood"], /wrote.*said, mood/],
  ])("refuses %s", async (_, args, told) => {
    expect(await place.refused(finetune("refused", ...args()))).toMatch(told);
  });
});
