import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { uniformArch } from "@bort/arch";
import { taskNamed, trainByteLevelBpe } from "@bort/data";
import { createModel, saveModel } from "@bort/nn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../run.js";
import { TestWorkplace } from "../test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

const put = (path: string, ...lines: readonly string[]): void => {
  mkdirSync(dirname(place.at(path)), { recursive: true });
  place.write(path, `${lines.join("\n")}\n`);
};
const json = (...rows: readonly object[]): readonly string[] => rows.map((row) => JSON.stringify(row));

put("data/glue/CoLA/dev.tsv", "src\t1\t\tIt rains.", "src\t0\t*\tRains it it.", "src\t1\t\tShe ran.");
put("data/glue/CoLA/test.tsv", "index\tsentence", "0\tIt snows.", "1\tSnows it.");
put("data/glue/STS-B/dev.tsv", "index\tsentence1\tsentence2\tscore", "0\tA man.\tA boy.\t2.5", "1\tA cat.\tA cat.\t5", "2\tThe sun.\tSome bread.\t0");
put("data/superglue/COPA/val.jsonl", ...json({ premise: "It rained.", choice1: "We ran.", choice2: "We ate.", question: "effect", idx: 0, label: 0 }));
put("data/superglue/AX-g/AX-g.jsonl", ...["entailment", "not_entailment"].map((label, idx) => JSON.stringify({ idx, premise: "p", hypothesis: "h", label, pair_id: idx })));
put("data/race/dev/middle/1.txt", ...json({ article: "It rained.", questions: ["What fell?"], options: [["rain", "snow", "ash", "sand"]], answers: ["A"] }));
put("own/train.csv", "said,mood", '"good, ""very"" good",glad', "bad,sad");
put("own/dev.csv", "said,mood", "fine,glad", "awful,sad");
put("own/strange.csv", "said,mood", "fine,glad", "hm,odd");
put("own/test.csv", "said", "so so");

beforeAll(async () => {
  const tokenizer = await trainByteLevelBpe(["It rains.", "She ran."], { vocabSize: 262 });
  const arch = uniformArch({ depth: 1, heads: 1, hidden: 4, intermediate: 4, vocabSize: tokenizer.vocabSize, positions: 32, padTokenId: tokenizer.special.pad });
  const save = (path: string, labels: readonly string[]): void => saveModel(place.at(path), { model: createModel(arch, { kind: "classifier", labels }, 1, 0.5), tokenizer });
  for (const name of ["CoLA", "STS-B", "SuperGLUE-RTE", "COPA", "RACE-M"]) save(`models/${name}`, [...taskNamed(name).labels].reverse());
  save("own-model", ["sad", "glad"]);
  save("value-model", []);
  save("flat/CoLA", ["0", "1"]);
  const flat = createModel(arch, { kind: "classifier", labels: [] }, 1);
  flat.parameters.view("classifier.output.weight").fill(0);
  saveModel(place.at("flat/STS-B"), { model: flat, tokenizer });
});

describe("bort eval --task all", () => {
  it("shows the tasks that a folder has", async () => {
    const { code, stdout } = await place.bort(["eval", "--task", "all", "--data", place.at("data")]);
    expect([code, stdout]).toEqual([0, [
      "task    train  dev  test  labels                                  majority baseline",
      "──────  ─────  ───  ────  ──────────────────────────────────────  ────────────────────────────────────",
      "CoLA        –    3     2  0 33.3%, 1 66.7%                        matthews 0.0000, accuracy 0.6667",
      "STS-B       –    3     –  a value                                 –",
      "COPA        –    2     –  0 50.0%, 1 50.0%                        accuracy 1.0000",
      "AX-g        –    –     2  entailment 50.0%, not_entailment 50.0%  accuracy 0.5000, genderParity 1.0000",
      "RACE-M      –    4     –  0 75.0%, 1 25.0%                        accuracy 1.0000",
      "",
    ].join("\n")]);
  });

  it("scores the model of each task, and diagnostic sets by the task whose model predicts them", async () => {
    const { code, json: result } = await place.bort(["eval", "--task", "all", "--data", place.at("data"), "--model", place.at("models"), "--json"]);
    const { scores } = result() as unknown as { scores: { task: string; split: string; examples: number; metrics: object }[] };
    expect(code).toBe(0);
    expect(scores.map(({ task, split, examples, metrics }) => [task, split, examples, Object.keys(metrics)])).toEqual([
      ["CoLA", "dev", 3, ["matthews", "accuracy"]], ["STS-B", "dev", 3, ["pearson", "spearman"]], ["COPA", "dev", 2, ["accuracy"]],
      ["AX-g", "test", 2, ["accuracy", "genderParity"]], ["RACE-M", "dev", 4, ["accuracy"]],
    ]);
  });

  it("takes single models by the task in their run.json", async () => {
    put("models/CoLA/run.json", JSON.stringify({ command: "finetune", settings: { task: "cola" } }));
    const { stdout } = await place.bort(["eval", "--task", "all", "--data", place.at("data"), "--model", place.at("models/CoLA")]);
    expect(stdout).toMatch(/^CoLA dev: matthews -?\d\.\d{4}, accuracy \d\.\d{4} on 3 examples\n$/);
  });

  it("shows a correlation as undefined where a model says the same of all, and goes on", async () => {
    const all = ["eval", "--task", "all", "--data", place.at("data"), "--model", place.at("flat")];
    const { code, stdout } = await place.bort(all);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^CoLA dev: matthews .*\nSTS-B dev: pearson undefined, spearman undefined on 3 examples\n$/)]);
    const { scores } = (await place.bort([...all, "--json"])).json() as { scores: { metrics: object }[] };
    expect(scores[1]!.metrics).toEqual({ pearson: null, spearman: null });
    const alone = await place.bort(["eval", "--task", "sts-b", "--data", place.at("data"), "--model", place.at("flat/STS-B")]);
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining("a correlation needs two predictions")]);
  });

  it("writes the submissions of those that have test files and a leaderboard", async () => {
    const { code, stdout } = await place.bort(["eval", "--task", "all", "--data", place.at("data"), "--model", place.at("models"), "--submission", place.at("all")]);
    expect([code, stdout.split("\n").map((line) => line.split(" ").slice(0, 2).join(" "))]).toEqual([0, ["CoLA test:", "AX-g test:", ""]]);
    expect(readFileSync(place.at("all/AX-g.jsonl"), "utf8")).toMatch(/^(\{"idx":\d,"label":"(not_)?entailment"\}\n){2}$/);
  });
});

describe("bort eval of one task", () => {
  const cola = (...more: readonly string[]): string[] => ["eval", "--model", place.at("models/CoLA"), "--task", "cola", "--data", place.at("data"), ...more];

  it("writes predictions of the test split as the leaderboard takes them", async () => {
    const { stdout } = await place.bort(cola("--submission", place.at("out")));
    expect(stdout).toBe(`CoLA test: predictions on 2 examples; predictions are in ${place.at("out/CoLA.tsv")}\n`);
    expect(readFileSync(place.at("out/CoLA.tsv"), "utf8")).toMatch(/^index\tprediction\n0\t[01]\n1\t[01]\n$/);
  });

  it.each(["dev", "test", "train"])("reads a file of one's own alone, whose labels are those of the model: --%s", async (split) => {
    const own = ["--task", "classification", `--${split}`, place.at("own/dev.csv"), "--split", split, "--text", "said", "--label", "mood"];
    const score = await place.bort(["eval", "--model", place.at("own-model"), ...own, "--json"]);
    expect(score.json()).toMatchObject({ task: "classification", split, examples: 2, metrics: { accuracy: expect.any(Number), macroF1: expect.any(Number) } });
  });

  it("refuses a label that the model has not, by its line", async () => {
    const own = ["--task", "classification", "--dev", place.at("own/strange.csv"), "--text", "said", "--label", "mood"];
    expect(await place.refused(["eval", "--model", place.at("own-model"), ...own])).toContain('strange.csv:3 needs a label of sad, glad, got "odd"');
  });

  it.each<[string, () => string[], RegExp]>([
    ["no model", () => ["eval", "--task", "cola", "--data", place.at("data")], /--model needs one folder.*got 0/],
    ["two models", () => cola("--model", place.at("own-model")), /got 2; for several, give --task all/],
    ["columns of a published task", () => cola("--text", "said"), /--task cola has files of its own, so --text means nothing/],
    ["a folder of one's own task", () => ["eval", "--model", "m", "--task", "regression", "--data", "d"], /--data means nothing/],
    ["one's own task without its columns", () => ["eval", "--model", "m", "--task", "classification", "--train", "t.csv"], /needs --dev.*got --train/],
    ["one's own task without a file", () => ["eval", "--model", "m", "--task", "classification", "--text", "said", "--label", "mood"], /needs --dev, --test or --train.*got --text, --label/],
    ["labels of a model of a value", () => ["eval", "--model", place.at("value-model"), "--task", "classification", "--dev", place.at("own/dev.csv"), "--text", "said", "--label", "mood"],
      /needs a model of labels.*--task regression/],
    ["all without a folder", () => ["eval", "--task", "all"], /--task all needs --data/],
    ["all of a folder without tasks", () => ["eval", "--task", "all", "--data", place.at("own")], /has none of them/],
    ["all of a file", () => ["eval", "--task", "all", "--data", place.at("own/dev.csv")], /dev\.csv has none of them/],
    ["a split of all without a model", () => ["eval", "--task", "all", "--data", place.at("data"), "--split", "dev"], /--split needs a --model/],
    ["models of no task", () => ["eval", "--task", "all", "--data", place.at("data"), "--model", place.at("own")], /no model, and no folder/],
    ["a file of a model", () => ["eval", "--task", "all", "--data", place.at("data"), "--model", place.at("models/CoLA/model.safetensors")], /model\.safetensors has no model, and no folder/],
    ["a model that does not tell its task", () => ["eval", "--task", "all", "--data", place.at("data"), "--model", place.at("own-model")], /no run\.json/],
    ["two models of a task", () => ["eval", "--task", "all", "--data", place.at("data"), "--model", place.at("models"), place.at("models")], /one model of COPA/],
    ["models without files to evaluate them on", () => ["eval", "--task", "all", "--data", place.at("own"), "--model", place.at("models")], /no files to evaluate COPA, CoLA/],
    ["a submission of RACE", () => ["eval", "--model", place.at("models/RACE-M"), "--task", "race-m", "--data", place.at("data"), "--split", "dev", "--submission", place.at("o")], /no leaderboard/],
    ["a submission of RACE, before the model is looked at", () => ["eval", "--model", place.at("own-model"), "--task", "race-m", "--data", place.at("data"), "--split", "dev", "--submission", place.at("o")], /no leaderboard/],
    ["a submission below a file", () => cola("--submission", place.at("own/dev.csv")), /part of the path is a file/],
  ])("refuses %s", async (_, args, told) => {
    expect(await place.refused(args())).toMatch(told);
  });
});

describe("bort eval that the user leaves", () => {
  const all = (...more: readonly string[]): string[] => ["eval", "--task", "all", "--data", place.at("data"), ...more];

  /** Runs a command that the user leaves at its first line, or at once; gives its code and what it printed. */
  async function left(args: readonly string[], when: "at once" | "at the first line"): Promise<readonly [code: number, stdout: string, stderr: string]> {
    const leaving = new AbortController();
    const written = { stdout: "", stderr: "" };
    const stdout = {
      write: (text: string): void => {
        written.stdout += text;
        leaving.abort();
      },
    };
    if (when === "at once") leaving.abort();
    const code = await run(args, { stdout, stderr: { write: (text: string): void => void (written.stderr += text) } }, leaving.signal);
    return [code, written.stdout, written.stderr];
  }
  const interrupted = expect.stringMatching(/^interrupted [^\n]*\n$/m) as unknown;

  it("ends with code 130 between two tasks", async () => {
    expect(await left(all("--model", place.at("models")), "at the first line")).toEqual([130, expect.stringMatching(/^CoLA dev: [^\n]*\n$/), interrupted]);
  });

  it("ends with code 130 before a batch, and writes no submission", async () => {
    const args = ["eval", "--model", place.at("models/CoLA"), "--task", "cola", "--data", place.at("data"), "--submission", place.at("left")];
    expect(await left(args, "at once")).toEqual([130, "", interrupted]);
    expect(place.list()).not.toContain("left");
  });

  it("ends with code 130 while it looks at what a folder has", async () => {
    expect(await left(all(), "at once")).toEqual([130, "", interrupted]);
  });
});
