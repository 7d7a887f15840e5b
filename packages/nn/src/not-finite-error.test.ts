import { describe, expect, it } from "vitest";
import { NnError } from "./nn-error.js";
import { NotFiniteError, type NotFiniteStep } from "./not-finite-error.js";

const details: NotFiniteStep = { step: 5, loss: Number.NaN, gradientNorm: 2, learningRate: 0.1 };
const message = (more: Partial<NotFiniteStep>): string => new NotFiniteError({ ...details, ...more }).message;

describe("NotFiniteError", () => {
  it("is an error of this package that carries the step, the loss and the first value", () => {
    const first = { node: "%1 = log(%0) : f32[4]", element: 3, value: -Infinity };
    const error = new NotFiniteError({ ...details, first });
    expect(error).toBeInstanceOf(NnError);
    expect(error).toMatchObject({ code: "nn/not-finite", name: "NnError", step: 5, loss: Number.NaN, first });
  });

  it("says what is known in one line", () => {
    const rest = "the step was not taken; lower the learning rate (now 0.1) or lengthen the warm-up";
    expect(message({})).toBe(`nn: step 5 gave loss NaN and gradient norm 2; ${rest}`);
    expect(message({ first: { node: "%1 = log(%0) : f32[4]", element: 3, value: -Infinity } })).toContain("; first not finite: element 3 is -Infinity in %1 = log(%0) : f32[4]; ");
    expect(message({ first: { node: "%0 = parameter(name=w) : f32[4]", input: "w", element: 3, value: Number.NaN } })).toContain('; the input "w" is not finite: element 3 is NaN; ');
    expect(message({ first: null })).toContain("; run again op by op every value was finite; ");
    expect(message({ first: null, loss: 1 })).toContain("; every value is finite, but not the sum of the gradient's squares; ");
    expect(message({ cause: new Error("no memory") })).toContain("; looking for the op failed (no memory); ");
  });

  it("names the checkpoint that is left", () => {
    const cause = new Error("no memory");
    const error = new NotFiniteError({ ...details, cause }).withCheckpoint({ folder: "runs/a", step: 4 });
    expect(error.message).toContain("; the step was not taken and the checkpoint of step 4 is kept in runs/a; ");
    expect(error).toMatchObject({ step: 5, cause, details: { checkpoint: { folder: "runs/a", step: 4 } } });
  });
});
