import { describe, expect, it } from "vitest";
import { aroundSpan, aroundWords } from "./mark-span.js";

it("marks characters, not halves of them", () => {
  expect(aroundSpan("😀 Places to go", 2, 8)).toBe("😀 # Places # to go");
  expect(aroundSpan("go", 0, 2)).toBe("# go #");
});

describe("aroundWords", () => {
  it("marks the place of a span that is nearest to its word", () => {
    expect(aroundWords("it saw that it saw it", [{ text: "it", word: 3 }, { text: "it", word: 5 }])).toBe("it saw that # it # saw # it #");
  });

  it("takes another case, and punctuation after the span", () => {
    expect(aroundWords("Then the dog's owner left.", [{ text: "The dog", word: 1 }, { text: "owner", word: 3 }])).toBe("Then # the dog #'s # owner # left.");
  });

  it("marks the word where the span's text is not there, the last one where there are fewer", () => {
    expect(aroundWords("one two three", [{ text: "two and three", word: 1 }, { text: "four", word: 9 }])).toBe("one # two # # three #");
  });

  it("marks a span within another", () => {
    expect(aroundWords("Ann and her dog ran", [{ text: "her dog", word: 2 }, { text: "her", word: 2 }])).toMatch(/^Ann and # # her # dog # ran$/);
  });
});
