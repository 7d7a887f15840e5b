import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type TextExample, taskNamed, textTasks } from "@bort/data";
import { afterAll, describe, expect, it } from "vitest";
import { type Prediction } from "./score-predictions.js";
import { requireSubmissions, takesSubmissions, writeSubmission } from "./write-submission.js";

const folder = mkdtempSync(join(tmpdir(), "bort-submission-"));
afterAll(() => rmSync(folder, { recursive: true }));

const example = (index: readonly number[], rest: Partial<TextExample> = {}): TextExample => ({ text: "", index, ...rest });
const written = (name: string, examples: readonly TextExample[], predictions: readonly Prediction[], casting?: "multiple-choice"): readonly [file: string, ...lines: string[]] => {
  const path = writeSubmission(join(folder, "made"), { task: taskNamed(name, { ...(casting !== undefined && { casting }) }), examples, predictions });
  return [basename(path), ...readFileSync(path, "utf8").split("\n")];
};

describe("writeSubmission", () => {
  it("writes GLUE's tables of numbers and labels", () => {
    expect(written("CoLA", [example([0]), example([7])], ["1", "0"])).toEqual(["CoLA.tsv", "index\tprediction", "0\t1", "7\t0", ""]);
    expect(written("MNLI-mm", [example([3])], ["contradiction"])).toEqual(["MNLI-mm.tsv", "index\tprediction", "3\tcontradiction", ""]);
    expect(written("AX", [example([0])], ["neutral"])).toEqual(["AX.tsv", "index\tprediction", "0\tneutral", ""]);
  });

  it("keeps the values of STS-B from 0 to 5", () => {
    expect(written("STS-B", [0, 1, 2].map((index) => example([index])), [-0.2, 2.71828, 5.6])).toEqual(["STS-B.tsv", "index\tprediction", "0\t0.000", "1\t2.718", "2\t5.000", ""]);
  });

  it("writes SuperGLUE's objects, labels spelt as each task has them", () => {
    expect(written("BoolQ", [example([4])], ["true"])).toEqual(["BoolQ.jsonl", '{"idx":4,"label":"true"}', ""]);
    expect(written("WSC", [example([0]), example([1])], ["true", "false"])).toEqual(["WSC.jsonl", '{"idx":0,"label":"True"}', '{"idx":1,"label":"False"}', ""]);
    expect(written("SuperGLUE-RTE", [example([2])], ["not_entailment"])).toEqual(["RTE.jsonl", '{"idx":2,"label":"not_entailment"}', ""]);
    expect(written("AX-g", [example([2])], ["entailment"])).toEqual(["AX-g.jsonl", '{"idx":2,"label":"entailment"}', ""]);
  });

  it("writes COPA's chosen option as a number, by either casting", () => {
    const options = [[0, 0], [0, 1], [1, 0], [1, 1]].map((index) => example(index, { group: String(index[0]) }));
    expect(written("COPA", options, [-1, 0.5, 3, 2])).toEqual(["COPA.jsonl", '{"idx":0,"label":1}', '{"idx":1,"label":0}', ""]);
    expect(written("COPA", [example([5])], ["1"], "multiple-choice")).toEqual(["COPA.jsonl", '{"idx":5,"label":1}', ""]);
  });

  it("nests MultiRC's answers in their questions and passages", () => {
    const answers = [[0, 0, 0], [0, 0, 1], [0, 1, 2], [4, 9, 3]].map((index) => example(index, { group: index.slice(0, 2).join("/") }));
    expect(written("MultiRC", answers, ["1", "0", "1", "0"])).toEqual([
      "MultiRC.jsonl",
      '{"idx":0,"passage":{"questions":[{"idx":0,"answers":[{"idx":0,"label":1},{"idx":1,"label":0}]},{"idx":1,"answers":[{"idx":2,"label":1}]}]}}',
      '{"idx":4,"passage":{"questions":[{"idx":9,"answers":[{"idx":3,"label":0}]}]}}',
      "",
    ]);
  });

  it("writes the text of ReCoRD's likeliest entity under the query's number", () => {
    const entities = [[2, 8, 0, "Lyon"], [2, 8, 1, 'The "Port"'], [2, 9, 0, "Lyon"]].map(([passage, query, option, answer]) =>
      example([Number(passage), Number(query), Number(option)], { group: `${passage}/${query}`, answer: String(answer) }));
    expect(written("ReCoRD", entities, [-3, -2, -9])).toEqual(["ReCoRD.jsonl", '{"idx":8,"label":"The \\"Port\\""}', '{"idx":9,"label":"Lyon"}', ""]);
  });

  it("takes every task of GLUE and SuperGLUE, and none of RACE", () => {
    expect(textTasks.filter(({ name }) => !takesSubmissions(name)).map(({ name }) => name)).toEqual(["RACE-M", "RACE-H"]);
    expect(() => requireSubmissions("ReCoRD")).not.toThrow();
    expect(() => requireSubmissions("RACE-M")).toThrow(expect.objectContaining({ code: "bench/no-submission" }));
    expect(() => written("RACE-M", [example([0], { group: "0" })], [1])).toThrow(expect.objectContaining({ code: "bench/no-submission" }));
  });

  it("refuses examples without a number", () => {
    expect(() => written("CoLA", [{ text: "" }], ["1"])).toThrow(expect.objectContaining({ code: "bench/no-submission" }));
  });
});
