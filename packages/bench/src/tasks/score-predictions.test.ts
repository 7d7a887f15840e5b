import { type TextExample, type TextTask } from "@bort/data";
import { describe, expect, it } from "vitest";
import { majorityPredictions } from "./majority-predictions.js";
import { metricsText } from "./overview-table.js";
import { scorePredictions, scoresWhereDefined } from "./score-predictions.js";

const task = (given: Pick<TextTask, "kind" | "labels" | "metrics"> & Partial<TextTask>): TextTask => ({ name: "Made up", splits: ["dev"], examples: async () => [], ...given });
const labelled = (...labels: readonly string[]): TextExample[] => labels.map((label) => ({ text: "", label }));

/** Three questions of options with a text and whether it is right. */
const questions: readonly TextExample[] = [
  ["q1", "the Nile", "1"], ["q1", "Cairo", "0"], ["q1", "River Nile", "1"],
  ["q2", "Paris", "0"], ["q2", "Port of Lyon", "0"], ["q2", "Lyon", "1"],
  ["q3", "Bonn", "0"], ["q3", "Ulm", "1"],
].map(([group, answer, label]) => ({ text: "", group: group!, answer: answer!, label: label! }));
const choice = task({ kind: "choice", labels: ["0", "1"], positive: "1", metrics: ["accuracy", "tokenF1", "textExactMatch"] });

describe("scorePredictions", () => {
  it("scores labels by their names, in the order of the task's metrics", () => {
    const pairs = task({ kind: "classification", labels: ["no", "yes"], positive: "yes", metrics: ["f1", "accuracy", "matthews", "macroF1"] });
    // TP 2, FP 1, FN 0, TN 1: F1 4/5, accuracy 3/4, Matthews 2/sqrt(12), F1 of "no" 2/3.
    const scores = scorePredictions({ task: pairs, examples: labelled("yes", "no", "yes", "no"), predictions: ["yes", "yes", "yes", "no"] });
    expect(Object.keys(scores)).toEqual(["f1", "accuracy", "matthews", "macroF1"]);
    expect(scores.f1).toBeCloseTo(0.8, 12);
    expect(scores.accuracy).toBe(0.75);
    expect(scores.matthews).toBeCloseTo(2 / Math.sqrt(12), 12);
    expect(scores.macroF1).toBeCloseTo((0.8 + 2 / 3) / 2, 12);
  });

  it("takes F1 of the positive label, wherever it is in the list", () => {
    const examples = labelled("a", "a", "b");
    const f1 = (labels: readonly string[], positive: string): number | undefined =>
      scorePredictions({ task: task({ kind: "classification", labels, positive, metrics: ["f1"] }), examples, predictions: ["a", "b", "b"] }).f1;
    expect([f1(["a", "b"], "a"), f1(["b", "a"], "a"), f1(["a", "b"], "b")].map((value) => value?.toFixed(6))).toEqual(["0.666667", "0.666667", "0.666667"]);
    expect(scorePredictions({ task: task({ kind: "classification", labels: ["a", "b"], positive: "a", metrics: ["f1"] }), examples, predictions: ["b", "b", "b"] })).toEqual({ f1: 0 });
  });

  it("scores values by correlation", () => {
    const similarity = task({ kind: "regression", labels: [], metrics: ["pearson", "spearman"] });
    const examples = [0, 1, 2, 5].map((value) => ({ text: "", value }));
    const { pearson, spearman } = scorePredictions({ task: similarity, examples, predictions: [1, 2, 4, 3] });
    expect(pearson).toBeCloseTo(5 / Math.sqrt(5 * 14), 12);
    expect(spearman).toBeCloseTo(0.8, 12);
    expect(() => scorePredictions({ task: similarity, examples, predictions: [1, 1, 1, 1] })).toThrow(expect.objectContaining({ code: "bench/undefined-metric" }));
  });

  it("scores where a metric is undefined by null alone, if that is asked for", () => {
    const similarity = task({ kind: "regression", labels: [], metrics: ["pearson", "spearman"] });
    const examples = [0, 1, 2, 5].map((value) => ({ text: "", value }));
    const constant = scoresWhereDefined({ task: similarity, examples, predictions: [1, 1, 1, 1] });
    expect(constant).toEqual({ pearson: null, spearman: null });
    expect(metricsText(constant)).toBe("pearson undefined, spearman undefined");
    const given = { task: similarity, examples, predictions: [1, 2, 4, 3] };
    expect(scoresWhereDefined(given)).toEqual(scorePredictions(given));
    expect(() => scoresWhereDefined({ task: similarity, examples: [{ text: "" }], predictions: [1] })).toThrow(expect.objectContaining({ code: "bench/no-labels" }));
  });

  it("scores the most likely option of each question, the first of several, by its text against every right one", () => {
    // Chosen: "River Nile" (right), "Port of Lyon" (one word of three in common: F1 1/2), "Bonn" (the first of two).
    const scores = scorePredictions({ task: choice, examples: questions, predictions: [0.1, -3, 0.2, -9, -7, -8, 4, 4] });
    expect(scores.accuracy).toBeCloseTo(1 / 3, 12);
    expect(scores.tokenF1).toBeCloseTo((1 + 0.5 + 0) / 3, 12);
    expect(scores.textExactMatch).toBeCloseTo(1 / 3, 12);
  });

  it("scores answers all together and question by question", () => {
    const answers = task({ kind: "classification", labels: ["0", "1"], positive: "1", metrics: ["f1", "groupExactMatch", "genderParity"] });
    const predictions = ["1", "0", "1", "0", "1", "1", "0", "1"];
    const scores = scorePredictions({ task: answers, examples: questions, predictions });
    // TP 4, FP 1, FN 0; the first and the last question are right throughout; none is predicted alike throughout.
    expect(scores.f1).toBeCloseTo(8 / 9, 12);
    expect(scores.groupExactMatch).toBeCloseTo(2 / 3, 12);
    expect(scores.genderParity).toBe(0);
  });

  it.each<[string, TextTask, readonly TextExample[], readonly (string | number)[]]>([
    ["bench/no-labels", choice, [{ text: "", group: "q" }], [1]],
    ["bench/no-labels", task({ ...choice, metrics: ["tokenF1"] }), questions.slice(3, 5), [1, 2]],
    ["bench/no-group", choice, labelled("1"), [1]],
    ["bench/bad-label", choice, questions.slice(6), [1, Number.NaN]],
    ["bench/bad-label", task({ kind: "classification", labels: ["a", "b"], metrics: ["accuracy"] }), labelled("a"), ["c"]],
    ["bench/bad-label", task({ kind: "classification", labels: ["a", "b"], metrics: ["f1"] }), labelled("a"), ["a"]], // without a positive label
    ["bench/lengths-differ", choice, questions, [1]],
    ["bench/no-examples", choice, [], []],
  ])("refuses with %s", (code, given, examples, predictions) => {
    expect(() => scorePredictions({ task: given, examples, predictions })).toThrow(expect.objectContaining({ code }));
  });
});

describe("majorityPredictions", () => {
  it("says the most frequent label of training, the first of several", () => {
    const pairs = task({ kind: "classification", labels: ["yes", "no"], metrics: ["accuracy"] });
    expect(majorityPredictions(pairs, labelled("no", "no", "yes"), labelled("yes", "no"))).toEqual(["no", "no"]);
    expect(majorityPredictions(pairs, labelled("no", "yes"), labelled("yes"))).toEqual(["yes"]);
  });

  it("chooses the place that is most often right, and the first where a question is too short", () => {
    const predictions = majorityPredictions(choice, questions.slice(3, 6), questions);
    expect(predictions).toEqual([0, 0, 1, 0, 0, 1, 0, 0]);
    expect(scorePredictions({ task: choice, examples: questions, predictions }).accuracy).toBeCloseTo(2 / 3, 12);
  });

  it("says the mean value", () => {
    const values = [1, 2, 6].map((value) => ({ text: "", value }));
    expect(majorityPredictions(task({ kind: "regression", labels: [], metrics: ["pearson"] }), values, values)).toEqual([3, 3, 3]);
  });

  it("needs examples to learn from", () => {
    expect(() => majorityPredictions(choice, [], questions)).toThrow(expect.objectContaining({ code: "bench/no-examples" }));
  });
});
