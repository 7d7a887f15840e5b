import { describe, expect, it } from "vitest";
import { isModelName, parseModelName } from "./model-name.js";

describe("parseModelName", () => {
  it.each([
    ["roberta-base", "roberta-base", "main"],
    ["FacebookAI/roberta-base", "FacebookAI/roberta-base", "main"],
    ["org/name@v1.0", "org/name", "v1.0"],
    ["org/name.v2_x@refs/pr/1", "org/name.v2_x", "refs/pr/1"],
    ["name@0123456789abcdef0123456789abcdef01234567", "name", "0123456789abcdef0123456789abcdef01234567"],
  ])("reads %s", (text, repository, revision) => {
    expect(parseModelName(text)).toEqual({ repository, revision });
    expect(isModelName(text)).toBe(true);
  });

  it.each(["", "./run", "/run", "a/b/c", "../x", "a/..", "org/", "org/name@", "org/name@../x", "org/name@a//b", "a b", "https://hub/a", "a\\b", "C:\\x", "a@b@c", "a\n"])(
    "refuses %j", (text) => {
      expect(() => parseModelName(text)).toThrow(expect.objectContaining({ code: "hub/bad-name" }));
      expect(isModelName(text)).toBe(false);
    });
});
