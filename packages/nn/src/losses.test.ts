import { type Node, evaluate, gradients, parameter } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { distillationLoss, labelLoss, lastLayerCrossEntropy, softLabelLoss, valueLoss, weightedMean } from "./losses.js";
import { filled, golden } from "./test-models.js";

const { temperature, weights: rowWeights, labels: rowLabels, distributions: rowDistributions, ...expected } = golden.losses;
const student = parameter("student", [4, 5]);
const teacher = parameter("teacher", [4, 5]);
const weights = parameter("weights", [4]);
const labels = parameter("labels", [4], "i32");
const distributions = parameter("distributions", [4, 5]);
const logits = (name: string): number[] => [...filled(name, 20)].map((value) => 3 * value);
const feeds = { student: logits("student"), teacher: logits("teacher"), weights: rowWeights, labels: rowLabels, distributions: rowDistributions };

const losses: Record<"label" | "softLabel" | "distillation" | "lastLayer", Node> = {
  label: labelLoss(student, labels, weights),
  softLabel: softLabelLoss(student, distributions, weights),
  distillation: distillationLoss({ student, teacher, weights, temperature }),
  lastLayer: lastLayerCrossEntropy({ student, teacher, weights }),
};

describe.each(["label", "softLabel", "distillation", "lastLayer"] as const)("the %s loss", (name) => {
  const loss = losses[name];
  const [slope] = gradients(loss, [student]);
  const [value, gradient] = evaluate([loss, slope!], feeds);

  it("equals torch's, gradient included", () => {
    expect(value![0]).toBeCloseTo(expected[name].loss, 7);
    gradient!.forEach((g, i) => expect(g).toBeCloseTo(expected[name].gradient[i]!, 7));
  });

  it("does not see a row of weight 0", () => {
    const other = { ...feeds, student: feeds.student.map((x, i) => (i >= 5 && i < 10 ? x + 7 * i : x)), labels: [4, 3, 2, 2], distributions: rowDistributions.map((p, i) => (i >= 5 && i < 10 ? 1 - p : p)) };
    expect(other.student).not.toEqual(feeds.student);
    expect(evaluate([loss], other)[0]).toEqual(value);
    expect(gradient!.subarray(5, 10).every((g) => g === 0)).toBe(true);
  });

  it("does not see a shift of a row's logits", () => {
    expect(evaluate([loss], { ...feeds, student: feeds.student.map((x) => x + 3), teacher: feeds.teacher.map((x) => x - 2) })[0]![0]).toBeCloseTo(value![0]!, 12);
  });
});

describe("the loss of soft labels", () => {
  it("is that of labels where all probability is on one, gradient included", () => {
    const oneHot = rowLabels.flatMap((label) => [0, 1, 2, 3, 4].map((each) => Number(each === label)));
    const [soft, hard] = [losses.softLabel, losses.label].map((loss) => evaluate([loss, gradients(loss, [student])[0]!], { ...feeds, distributions: oneHot }));
    soft!.forEach((values, which) => values.forEach((value, i) => expect(value).toBeCloseTo(hard![which]![i]!, 12)));
  });
});

describe("the loss of values", () => {
  const outputs = parameter("outputs", [3, 1]);
  const loss = valueLoss(outputs, parameter("values", [3]), parameter("weights", [3]));
  const given = { outputs: [2, -1, 5], values: [0.5, 1, 4], weights: [1, 3, 0] };

  it("is the weighted mean of squared errors, its gradient twice the error's share", () => {
    const [value, gradient] = evaluate([loss, gradients(loss, [outputs])[0]!], given);
    expect(value![0]).toBeCloseTo((1.5 ** 2 + 3 * 2 ** 2) / 4, 12);
    [2 * 1.5 / 4, 2 * -2 * 3 / 4, 0].forEach((slope, i) => expect(gradient![i]).toBeCloseTo(slope, 12));
  });
});

describe("losses against a teacher", () => {
  it.each(["distillation", "lastLayer"] as const)("send no gradient into it: %s", (name) => {
    const [slope] = gradients(losses[name], [teacher]);
    expect([...evaluate([slope!], feeds)[0]!].every((g) => g === 0)).toBe(true);
  });

  it("are least, with no gradient, where the student says the same", () => {
    const equal = { ...feeds, student: feeds.teacher };
    const [kl, slope] = evaluate([losses.distillation, gradients(losses.distillation, [student])[0]!], equal);
    expect(kl![0]).toBeCloseTo(0, 12);
    slope!.forEach((g) => expect(g).toBeCloseTo(0, 12));
    // The cross-entropy is then the teacher's entropy; at temperature 1 the two losses differ by that alone.
    const [entropy] = evaluate([losses.lastLayer], equal)[0]!;
    const atOne = evaluate([distillationLoss({ student, teacher, weights, temperature: 1 })], feeds)[0]![0]!;
    expect(atOne).toBeCloseTo(evaluate([losses.lastLayer], feeds)[0]![0]! - entropy!, 10);
  });
});

describe("weightedMean", () => {
  it("divides by the weights", () => {
    const mean = weightedMean(parameter("values", [3]), parameter("weights", [3]));
    expect(evaluate([mean], { values: [1, 5, 100], weights: [3, 1, 0] })[0]![0]).toBe(2);
  });

  it("of nothing is not a number", () => {
    expect(evaluate([losses.label], { ...feeds, weights: [0, 0, 0, 0] })[0]![0]).toBeNaN();
  });
});
