import { readdirSync, readFileSync } from "node:fs";
import { type TextExample } from "@bort/data";
import { loadClassifier } from "@bort/nn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changed, TestWorkplace } from "../test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

/** A task that is learned in no time: whether a text begins with good. */
const rows = (count: number, first: number): string =>
  ["said,mood", ...Array.from({ length: count }, (_, i) => `${i % 2 === 0 ? "good" : "bad"} ${first + i} bird,${i % 2 === 0 ? "glad" : "sad"}`)].join("\n");
place.write("train.csv", rows(32, 0));
place.write("dev.csv", rows(16, 100));
place.write("uneven.csv", rows(16, 100).split("\n").filter((line, i) => i < 9 || !line.endsWith("sad")).join("\n"));
place.write("theta.json", JSON.stringify({ learningRate: [1e-5, 1e-2], weightDecay: [0, 10], warmupRatio: [0.1], seed: [0] }));
place.write("twice.json", JSON.stringify([1e-3, 1e-2, 1e-3].map((learningRate) => ({ learningRate, weightDecay: 0, warmupRatio: 0.1, seed: 0 }))));

const task = ["--task", "classification", "--train", place.at("train.csv"), "--dev", place.at("dev.csv"), "--text", "said", "--label", "mood"];
const agora = (out: string, ...more: readonly string[]): string[] =>
  ["agora", "--model", place.at("base"), "--socrates", place.at("socrates"), ...task, "--theta", place.at("theta.json"), "--epochs", "6", "--batch-size", "8", "--threads", "1",
    "--override", "--out", place.at(out), ...more];

beforeAll(async () => {
  expect((await place.bort(place.pretraining("base"))).code).toBe(0);
  const socrates = ["finetune", "--model", place.at("base"), ...task, "--epochs", "60", "--learning-rate", "0.01", "--batch-size", "8", "--threads", "1", "--out", place.at("socrates"), "--json"];
  expect((await place.bort(socrates)).json()["accuracy"]).toBe(1);
}, 60_000);

interface Entry {
  readonly type: string;
  readonly examples?: readonly TextExample[];
}
const journal = (out: string): Entry[] => readFileSync(place.at(`${out}/agora.jsonl`), "utf8").trimEnd().split("\n").slice(1).map((line) => JSON.parse(line) as Entry);
const untimed = (records: readonly Entry[]): unknown[] => records.map((record) => ({ ...record, seconds: 0 }));

describe("bort agora", () => {
  it("fine-tunes, keeps the best model alone, and tells its rounds and conditions", async () => {
    const { code, stdout } = await place.bort(agora("run", "--all-rounds"));
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Socrates above 2\/3: holds; .* 1\.0000\n(.*\n)*.*round +\|Theta\|.*\n(.*\n)*accuracy [01]\.\d{4} in round \d of \d.*; \d+ trainings of at most 10; the model is in/)]);
    expect(loadClassifier(place.at("run")).model.head.labels).toEqual(["glad", "sad"]);
    expect(readdirSync(place.at("run/models"))).toHaveLength(1);
    const scored = await place.bort(["eval", "--model", place.at("run"), ...task, "--json"]);
    const { result } = JSON.parse(readFileSync(place.at("run/run.json"), "utf8")) as { result: { accuracy: number } };
    expect(scored.json()).toMatchObject({ metrics: { accuracy: result.accuracy } });
    expect(readFileSync(place.at("run/agora.jsonl"), "utf8")).not.toContain(place.folder);
  });

  it("goes on in the middle of a round after the user left, repeats no training and ends alike", async () => {
    const whole = await place.bort(agora("whole", "--all-rounds", "--json"));
    const left = await place.bort(agora("left", "--all-rounds"), /set 1, loss/);
    expect([left.code, left.stderr]).toEqual([130, expect.stringMatching(/interrupted after 1 training; go on with: bort agora .*--resume/)]);
    const kept = journal("left");
    const resumed = await place.bort(agora("left", "--all-rounds", "--json", "--resume"));
    const placeless = ({ out, ...result }: Record<string, unknown>): Record<string, unknown> => result;
    const result = placeless(resumed.json());
    expect(result).toEqual(placeless(whole.json()));
    expect(journal("left").slice(0, kept.length)).toEqual(kept);
    expect(untimed(journal("left"))).toEqual(untimed(journal("whole")));
    expect(readFileSync(place.at("left/model.safetensors"))).toEqual(readFileSync(place.at("whole/model.safetensors")));
    expect((await place.bort(agora("left", "--all-rounds", "--json", "--resume"))).json()).toMatchObject(result);
  });

  it("takes every tau, soft labels, a confidence and a hold-out", async () => {
    const more = ["--tau", "synonyms", "mask-fill+character-noise", "span-fill", "mix-of-two", "--soft-labels", "--confidence", "0.5", "--hold-out", "0.25", "--balance-evaluation", "--copies", "2"];
    const { code, json } = await place.bort(agora("soft", ...more, "--rounds", "2", "--all-rounds", "--rule", "worst-only", "--json"));
    expect(code).toBe(0);
    expect(json()).toMatchObject({ rounds: [{ sets: 4, leaving: 1 }, { sets: 3 }], trainings: 7 });
    const made = journal("soft").flatMap(({ examples = [] }) => examples);
    expect(made.length).toBeGreaterThan(0);
    for (const { distribution } of made) expect(Math.max(...Object.values(distribution!))).toBeGreaterThanOrEqual(0.5);
  });

  it("fine-tunes plainly in as many trainings", async () => {
    const plain = agora("plain", "--plain", "6", "--json").filter((word) => word !== "--override" && word !== "--socrates" && word !== place.at("socrates"));
    expect((await place.bort(plain)).json()).toMatchObject({ rounds: [{ sets: 6, generated: 0 }], trainings: 6 });
  });

  it.each<[string, readonly string[], RegExp]>([
    ["a violated condition", ["--dev", place.at("uneven.csv")], /balanced E is a condition of Agora: each label should have 6.0 examples.*have 8, 4; mend it, or override it/],
    ["a tau that there is not", ["--tau", "shuffle"], /--tau must be one of word-dropout/],
    ["a model for a tau that asks none", ["--mlm", "x"], /--mlm is for --tau synonyms/],
    ["a share for another rule", ["--prune-share", "0.5"], /--prune-share says nothing to --rule lcs-root/],
    ["a limit that nothing keeps", ["--training-time-limit", "5"], /needs --workers/],
    ["a dropout that cannot be", ["--dropout", "2"], /dropout must be a number from 0 to below 1, got 2/],
    ["rounds of a plain run", ["--plain", "3"], /--socrates says nothing to --plain/],
    ["a set that is there twice", ["--theta", place.at("twice.json")], /needs every hyperparameter set once, got \{"learningRate":0.001,.*\} as set 0 and set 2; leave one out/],
    ["a task without a convergent set", ["--theta", "chs"], /--theta chs needs a task with a convergent set/],
    ["a confidence that is none", ["--confidence", "2"], /confidence must be a probability/],
  ])("refuses %s", async (_, more, told) => {
    const [name = "", value = ""] = more;
    const args = more.length === 2 && name !== "--tau" ? changed(agora("refused"), name, value) : agora("refused", ...more);
    expect(await place.refused(args.filter((word) => word !== "--override"))).toMatch(told);
  });

  it("refuses a Socrates of other labels", async () => {
    place.write("moods.csv", rows(8, 0).replaceAll("glad", "happy"));
    const other = ["finetune", "--model", place.at("base"), "--task", "classification", "--train", place.at("moods.csv"), "--text", "said", "--label", "mood", "--steps", "1", "--out", place.at("other")];
    expect((await place.bort(other)).code).toBe(0);
    const args = agora("other-labels").map((word) => (word === place.at("socrates") ? place.at("other") : word));
    expect(await place.refused(args)).toMatch(/--socrates needs a model of what classification has, glad, sad, got one of happy, sad/);
  });
});
