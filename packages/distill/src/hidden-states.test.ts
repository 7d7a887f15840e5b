import { type EncoderArch, uniformArch } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { archKinds } from "../../nn/src/test-models.js";
import { hiddenStates } from "./hidden-states.js";
import { expectGolden, lossOf, student, studentArch, teachers, valueOf, valuesOf } from "./test-terms.js";

const parametersOf = (own: EncoderArch, taught: EncoderArch, options = {}): Record<string, readonly number[]> =>
  Object.fromEntries(hiddenStates(options).parameters!(own, [taught]).map(({ name, shape }) => [name, shape]));

describe("hiddenStates", () => {
  it("equals torch's, the projections' gradients included", () => expectGolden(lossOf(hiddenStates()), "hiddenStates"));

  it("compares states of one width as they are", () => {
    const twin = { arch: studentArch, logits: teachers[0].logits, read: (node: (nodes: typeof student) => typeof student.logits) => node(student) };
    expect(parametersOf(studentArch, studentArch)).toEqual({});
    expect(valueOf(lossOf(hiddenStates(), [twin])).loss).toBe(0);
    const [first, last] = [valuesOf("student.state.0"), valuesOf("student.state.2")];
    const error = first.reduce((sum, value, i) => sum + (value - last[i]!) ** 2, 0) / first.length;
    expect(valueOf(lossOf(hiddenStates({ layers: [[0, 2]] }), [twin])).loss).toBeCloseTo(error, 12);
  });

  it("leaves the embeddings out where that is asked for", () => {
    const taught = uniformArch({ depth: 4, heads: 2, hidden: 6, intermediate: 8, vocabSize: 5, positions: 3 });
    expect(Object.keys(parametersOf(studentArch, taught))).toEqual(["projection.0.0", "projection.1.2", "projection.2.4"]);
    expect(Object.keys(parametersOf(studentArch, taught, { embeddings: false }))).toEqual(["projection.1.2", "projection.2.4"]);
    expect(Object.keys(parametersOf(studentArch, taught, { layers: "last" }))).toEqual(["projection.2.4"]);
  });

  it("projects from each layer's own width between merged bottlenecks", () => {
    const merged = archKinds["with merged bottlenecks"]!; // 8 wide, its layers 8, 5 and 11.
    expect(parametersOf(merged, { ...studentArch, vocabSize: merged.vocabSize })).toEqual({ "projection.0.0": [4, 8], "projection.1.1": [4, 8], "projection.2.1": [4, 5], "projection.3.2": [4, 8] });
  });

  it("refuses a teacher that is not there", () => {
    expect(() => lossOf(hiddenStates({ teacher: 1 }))).toThrow(expect.objectContaining({ code: "distill/bad-option", message: expect.stringContaining("no teacher 1") }));
  });
});
