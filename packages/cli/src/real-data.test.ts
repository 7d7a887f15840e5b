import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { TestWorkplace } from "./test-workplace.js";

const data = process.env["BORT_DATA"] ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));
const place = new TestWorkplace();
afterAll(() => place.remove());

describe.skipIf(!existsSync(join(data, "glue/CoLA")))("real text and a real task (skipped where BORT_DATA is not there)", () => {
  it("pre-trains on an article file, fine-tunes on CoLA and scores every development sentence", async () => {
    const pretraining = place.pretraining("teacher", "--quiet");
    pretraining[pretraining.indexOf("--corpus") + 1] = join(data, "corpus/wikipedia/wiki-00.txt");
    expect((await place.bort(pretraining)).code).toBe(0);
    const task = ["--task", "cola", "--data", join(data, "glue/CoLA")];
    expect((await place.bort(["finetune", "--model", place.at("teacher"), ...task, "--steps", "2", "--evaluate-every", "2", "--out", place.at("tuned"), "--quiet"])).code).toBe(0);
    expect((await place.bort(["eval", "--model", place.at("tuned"), ...task, "--json"])).json())
      .toEqual({ task: "CoLA", split: "dev", examples: 1043, metrics: { matthews: expect.any(Number), accuracy: expect.any(Number) }, engine: expect.any(String), threads: expect.any(Number) });
  });
  it("shows every task that is there", async () => {
    const { code, json } = await place.bort(["eval", "--task", "all", "--data", data, "--json"]);
    const { tasks } = json() as unknown as { tasks: readonly { task: string; baseline?: { metrics: object } }[] };
    expect(code).toBe(0);
    expect(tasks.find(({ task }) => task === "CB")).toEqual({
      task: "CB", kind: "classification", examples: { train: 250, dev: 56, test: 250 },
      labelShares: { entailment: 0.46, contradiction: 0.476, neutral: 0.064 }, baseline: { split: "dev", metrics: { accuracy: 0.5, macroF1: expect.closeTo(0.2222, 4) } },
    });
    expect(tasks.map(({ task }) => task)).toEqual(expect.arrayContaining(["CoLA", "SST-2", "STS-B", "RTE", "WNLI", "BoolQ", "COPA", "WiC", "WSC", "AX-b", "AX-g", "RACE-M", "RACE-H"]));
  });
});
