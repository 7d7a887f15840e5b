import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { taskNamed, textTasks } from "@bort/data";
import { afterAll, describe, expect, it } from "vitest";
import { consoleTable } from "../terminal/console-table.js";
import { taskOverview, type TaskOverview } from "./task-overview.js";
import { overviewTable } from "./overview-table.js";

const folder = mkdtempSync(join(tmpdir(), "bort-overview-"));
afterAll(() => rmSync(folder, { recursive: true }));

const put = (path: string, lines: readonly string[]): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), `${lines.join("\n")}\n`);
};
const sst = (...rows: readonly string[]): readonly string[] => ["sentence\tlabel", ...rows];
const article = (answers: readonly string[]): string =>
  JSON.stringify({ article: "It rained.", questions: answers.map((_, i) => `Question ${i}?`), options: answers.map(() => ["a", "b", "c", "d"]), answers });

put("SST-2/train.tsv", sst("fine\t1", "good\t1", "bad\t0", "great\t1"));
put("SST-2/dev.tsv", sst("poor\t0", "nice\t1"));
put("SST-2/test.tsv", ["index\tsentence", "0\tso so"]);
put("STS-B/dev.tsv", ["index\tsentence1\tsentence2\tscore", "0\ta\tb\t1.5", "1\tc\td\t4"]);
put("superglue/AX-g/AX-g.jsonl", ["entailment", "not_entailment"].map((label, idx) => JSON.stringify({ idx, premise: "p", hypothesis: "h", label, pair_id: idx })));
put("race/train/middle/1.txt", [article(["B", "B", "A"])]);
put("race/dev/middle/2.txt", [article(["B", "C"])]);

describe("taskOverview", () => {
  const of = (name: string): Promise<TaskOverview | undefined> => taskOverview(taskNamed(name), folder);

  it("counts the splits that are there, and scores the commonest label of training on dev", async () => {
    expect(await of("SST-2")).toEqual({
      task: "SST-2", kind: "classification", examples: { train: 4, dev: 2, test: 1 }, labelShares: { 0: 0.25, 1: 0.75 }, baseline: { split: "dev", metrics: { accuracy: 0.5 } },
    });
  });

  it("scores the commonest place of the right option, of questions", async () => {
    expect(await of("RACE-M")).toEqual({
      task: "RACE-M", kind: "choice", examples: { train: 12, dev: 8 }, labelShares: { 0: 0.75, 1: 0.25 }, baseline: { split: "dev", metrics: { accuracy: 0.5 } },
    });
  });

  it("scores a diagnostic set on its test file, and no constant by correlation", async () => {
    expect(await of("AX-g")).toMatchObject({ examples: { test: 2 }, baseline: { split: "test", metrics: { accuracy: 0.5, genderParity: 1 } } });
    expect(await of("STS-B")).toEqual({ task: "STS-B", kind: "regression", examples: { dev: 2 } });
  });

  it("is nothing where there is nothing, and leaves no other error out", async () => {
    expect(await of("CoLA")).toBeUndefined();
    put("CoLA/train.tsv", ["source\tmaybe\t\tA sentence."]);
    await expect(of("CoLA")).rejects.toMatchObject({ code: "data/unknown-label" });
  });

  it("makes a table", async () => {
    const overviews = await Promise.all(["SST-2", "STS-B"].map(of));
    expect(consoleTable(overviewTable(overviews.map((each) => each!)))).toBe([
      "task   train  dev  test  labels            majority baseline",
      "─────  ─────  ───  ────  ────────────────  ─────────────────",
      "SST-2      4    2     1  0 25.0%, 1 75.0%  accuracy 0.5000",
      "STS-B      –    2     –  a value           –",
    ].join("\n"));
  });
});

const data = process.env["BORT_DATA"] ?? fileURLToPath(new URL("../../../../../shared/data", import.meta.url));

describe.skipIf(!existsSync(join(data, "glue")))("the real tasks (skipped where BORT_DATA is not there)", () => {
  it("have their published sizes and baselines", async () => {
    const there: TaskOverview[] = [];
    for (const task of textTasks) {
      const overview = await taskOverview(task, data);
      if (overview !== undefined) there.push(overview);
    }
    const examples = new Map(there.map((each) => [each.task, each.examples]));
    expect(examples.get("CoLA")).toEqual({ train: 8551, dev: 1043, test: 1063 });
    expect(examples.get("STS-B")).toEqual({ train: 5749, dev: 1500, test: 1379 });
    expect(examples.get("CB")).toEqual({ train: 250, dev: 56, test: 250 });
    expect(examples.get("COPA")).toEqual({ train: 800, dev: 200, test: 1000 });
    const baseline = (task: string): unknown => there.find((each) => each.task === task)?.baseline?.metrics;
    // The most frequent classes of CoLA, RTE (BERT's and SuperGLUE's papers) and WNLI.
    expect(baseline("CoLA")).toEqual({ matthews: 0, accuracy: expect.closeTo(0.6913, 4) });
    expect(baseline("RTE")).toEqual({ accuracy: expect.closeTo(0.5271, 4) });
    expect(baseline("WNLI")).toEqual({ accuracy: expect.closeTo(0.5634, 4) });
    expect(baseline("AX-g")).toEqual({ accuracy: 0.5, genderParity: 1 });
  });
});
