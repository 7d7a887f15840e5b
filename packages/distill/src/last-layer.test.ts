import { parameter } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { type TeacherView } from "./distillation-term.js";
import { lastLayer } from "./last-layer.js";
import { expectGolden, golden, lossOf, teachers, valueOf, valuesOf } from "./test-terms.js";

const { temperature } = golden;

/** Teachers of whom the largest logits alone are there, in the order of the vocabulary. */
const top: TeacherView = {
  ...teachers[0],
  logits: () => ({ kind: "top", places: parameter("places", [4, 2], "i32"), logits: parameter("top", [4, 2]), rest: parameter("rest", [4, 1]) }),
};

/** The two largest logits of each row, and the mass of the other three. */
function topTwo(): Record<string, number[]> {
  const logits = [...valuesOf("first.logits")];
  const rows = [0, 1, 2, 3].map((row) => logits.slice(5 * row, 5 * row + 5).map((value, token) => ({ value, token })).sort((a, b) => b.value - a.value));
  return {
    places: rows.flatMap((row, i) => row.slice(0, 2).map(({ token }) => 5 * i + token)),
    top: rows.flatMap((row) => row.slice(0, 2).map(({ value }) => value)),
    rest: rows.map((row) => Math.log(row.slice(2).reduce((sum, { value }) => sum + Math.exp(value / temperature), 0))),
  };
}

describe("lastLayer", () => {
  it.each(["correct", "crossEntropy", "asReleased"] as const)("equals torch's: %s", (form) => expectGolden(lossOf(lastLayer({ form, temperature })), form));

  it("equals torch's over the largest logits and one bucket for the others", () => expectGolden(lossOf(lastLayer({ temperature }), [top]), "topTwo", topTwo()));

  it.each([["probabilities", "twoByProbabilities"], ["logits", "twoByLogits"]] as const)("equals torch's with two teachers, by %s", (combine, name) =>
    expectGolden(lossOf(lastLayer({ combine, temperature, teacherWeights: [1, 3] }), teachers), name));

  it("has the gradient of the mean distribution where it is the mean of losses, and is larger by what the teachers differ", () => {
    const found = valueOf(lossOf(lastLayer({ temperature, teacherWeights: [1, 3] }), teachers));
    const expected = golden.twoByMeanProbability;
    found.gradients["student.logits"]!.forEach((g, i) => expect(g).toBeCloseTo(expected.gradients["student.logits"]![i]!, 7));
    expect(found.loss).toBeGreaterThan(expected.loss + 1e-3);
  });

  it("gives teachers equal shares by default, and one teacher all", () => {
    const loss = (teacherWeights?: number[]): number => valueOf(lossOf(lastLayer({ ...(teacherWeights && { teacherWeights }) }), teachers)).loss;
    expect(loss()).toBeCloseTo(loss([7, 7]), 12);
    expect(loss()).not.toBeCloseTo(loss([1, 3]), 3);
    expect(valueOf(lossOf(lastLayer({ combine: "logits" }))).loss).toBeCloseTo(valueOf(lossOf(lastLayer())).loss, 12);
  });

  it("is nothing where the student is its teacher, but as released", () => {
    const same = { "student.logits": valuesOf("first.logits") };
    expect(valueOf(lossOf(lastLayer()), same).loss).toBeCloseTo(0, 12);
    expect(valueOf(lossOf(lastLayer({ form: "asReleased" })), same).loss).toBeGreaterThan(0.01);
  });

  it.each([0, -1, Number.NaN, Infinity])("refuses a temperature of %d", (cold) => {
    expect(() => lastLayer({ temperature: cold })).toThrow(expect.objectContaining({ code: "distill/bad-option" }));
  });

  it.each([[[1]], [[1, 0]], [[1, 1, 1]], [[1, Number.NaN]]])("refuses the shares %j of two teachers", (teacherWeights) => {
    expect(() => lossOf(lastLayer({ teacherWeights }), teachers)).toThrow(expect.objectContaining({ code: "distill/bad-option", message: expect.stringContaining("2 teachers") }));
  });

  it("refuses the mean of logits of which not all are there", () => {
    expect(() => lossOf(lastLayer({ combine: "logits" }), [teachers[1], top])).toThrow(expect.objectContaining({ code: "distill/bad-option" }));
  });
});
