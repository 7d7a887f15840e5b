import { describe, expect, it } from "vitest";
import { answerWords, textExactMatch, tokenF1 } from "./answer-overlap.js";
import { golden } from "./test-metrics.js";

describe("the comparison of answers", () => {
  it.each(golden.answers)("agrees with the published one: $answer", ({ answer, right, ...expected }) => {
    expect(answerWords(answer)).toEqual(expected.words);
    expect(tokenF1(answer, right)).toBeCloseTo(expected.tokenF1, 12);
    expect(textExactMatch(answer, right)).toBe(expected.exactMatch);
  });
});
