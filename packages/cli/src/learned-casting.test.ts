import { mkdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

const sentences = { word: "place", sentence1: "Come to my place!", sentence2: "A place to go.", start1: 11, end1: 16, start2: 2, end2: 7 };
const wicIn = (folder: string, ...more: readonly string[]): string[] => ["--task", "wic", "--data", place.at(folder), "--batch-size", "4", "--threads", "1", ...more];
const wic = (...more: readonly string[]): string[] => wicIn("WiC", ...more);

interface RunRecord {
  readonly settings: { readonly task?: string; readonly casting?: string };
  readonly inputs: { readonly data?: string };
}
const recordOf = (folder: string): RunRecord => JSON.parse(place.bytes(`${folder}/run.json`).toString()) as RunRecord;

/** What a command says of rows that have no spans to mark, where it marks them. */
const NO_SPANS = /start1/;

beforeAll(async () => {
  const { word, sentence1, sentence2 } = sentences;
  for (const [folder, fields] of [["WiC", sentences], ["spanless", { word, sentence1, sentence2 }]] as const) {
    mkdirSync(place.at(folder));
    const rows = Array.from({ length: 8 }, (_, idx) => `${JSON.stringify({ ...fields, idx, label: idx % 2 === 0, version: 1.1 })}\n`);
    for (const split of ["train", "val"]) place.write(`${folder}/${split}.jsonl`, rows.join(""));
  }
  await place.ok(place.pretraining("base"));
  for (const [out, casting] of [["plain", []], ["marked", ["--casting", "marked-spans"]]] as const) {
    await place.ok(["finetune", "--model", place.at("base"), ...wic("--steps", "2", ...casting), "--out", place.at(out)]);
  }
}, 60_000);

it("bort agora puts the task as Socrates has learned it, and the model says so to eval", async () => {
  place.write("theta.json", JSON.stringify({ learningRate: [1e-3], weightDecay: [0], warmupRatio: [0.1], seed: [0] }));
  const agora = (folder: string, out: string): string[] =>
    ["agora", "--model", place.at("base"), "--socrates", place.at("marked"), ...wicIn(folder, "--theta", place.at("theta.json"), "--epochs", "1", "--override"), "--out", place.at(out)];
  expect(await place.refused(agora("spanless", "refused"))).toMatch(NO_SPANS);
  await place.ok(agora("WiC", "agora"));
  expect(recordOf("agora").settings).toMatchObject({ task: "wic", casting: "marked-spans" });
  expect(await place.refused(["eval", "--model", place.at("agora"), ...wicIn("spanless")])).toMatch(NO_SPANS);
});

it.each([
  ["prune", "--model", "no-such/model", "--target-fraction", "0.5"], ["prune-embeddings", "--model", "no-such/model", "--vocab-size", "272"],
  ["agora", "--model", "no-such/model", "--socrates", "no-such/model"],
])("bort %s knows a task that is none before it looks for a model", async (...args) => {
  expect(await place.refused([...args, "--task", "wicc", "--out", place.at("refused")])).toMatch(/wicc/);
});

const smaller: readonly (readonly [command: string, more: readonly string[], folders: readonly string[]])[] = [
  ["prune", ["--target-fraction", "0.8,0.7", "--rounds", "2", "--alpha-steps", "1", "--finetune-steps", "1"], [".", "target-1"]],
  ["prune-embeddings", ["--vocab-size", "272"], ["."]],
];

describe.each(smaller)("bort %s --task", (command, more, folders) => {
  const made = (model: string, out: string, ...options: readonly string[]): Promise<object> => place.ok([command, "--model", place.at(model), ...wic(...more, ...options), "--out", place.at(out)]);

  it("puts the task as the classifier has learned it, and each model says so to eval", async () => {
    await made("marked", `${command}-marked`);
    for (const folder of folders) {
      const { settings, inputs } = recordOf(`${command}-marked/${folder}`);
      expect([settings.task, settings.casting, inputs.data]).toEqual(["wic", "marked-spans", recordOf("marked").inputs.data]);
      expect(await place.refused(["eval", "--model", place.at(`${command}-marked/${folder}`), ...wicIn("spanless")])).toMatch(NO_SPANS);
    }
  });

  it("puts it as by default for one that has learned that, and as it is asked for", async () => {
    await made("plain", `${command}-plain`);
    const { settings, inputs } = recordOf(`${command}-plain`);
    expect([settings.casting, inputs.data]).toEqual([undefined, recordOf("plain").inputs.data]);
    expect(inputs.data).not.toBe(recordOf("marked").inputs.data);
    expect(await place.ok(["eval", "--model", place.at(`${command}-plain`), ...wicIn("spanless")])).toMatchObject({ examples: 8 });
    await made("plain", `${command}-given`, "--casting", "marked-spans");
    expect(recordOf(`${command}-given`).inputs.data).toBe(recordOf("marked").inputs.data);
  });
});
