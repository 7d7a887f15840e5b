import { expect, it } from "vitest";
import { clippedGradientNorm, gradientSlope } from "./step-observation.js";

it("clippedGradientNorm is the length of the step over its rate, with the rounding of the parameters over it too", () => {
  expect(clippedGradientNorm({ updateNorm: 0.5, parameterNorm: 2 ** 20, gradientChangeNorm: 0 }, 0.25)).toEqual({ norm: 2, roundOff: 0.25 });
});

it("gradientSlope is the gradient's change over the step, and no number where there was no step", () => {
  expect(gradientSlope({ updateNorm: 0.5, parameterNorm: 1, gradientChangeNorm: 3 })).toBe(6);
  expect(gradientSlope({ updateNorm: 0, parameterNorm: 1, gradientChangeNorm: 0 })).toBeNaN();
});
