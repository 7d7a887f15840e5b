import { describe, expect, it } from "vitest";
import { isJsonObject, jsonObject } from "./json-object.js";

describe("isJsonObject", () => {
  it.each(["{}", '{"a":null}'])("is so of %s", (text) => expect(isJsonObject(JSON.parse(text))).toBe(true));

  it.each(["null", "[]", "[{}]", "1", '"{}"', "true"])("is not so of %s", (text) => expect(isJsonObject(JSON.parse(text))).toBe(false));
});

describe("jsonObject", () => {
  it("gives the fields of an object", () => {
    expect(jsonObject('{"text":"a","n":[1]}', "line 3", "a text")).toEqual({ text: "a", n: [1] });
  });

  it.each([["{", /line 3 is not JSON \(.*\); correct or remove it/], ["[]", /line 3 must be a JSON object with a text, got an array/], ["null", /got null/]])("refuses %s", (text, told) => {
    expect(() => jsonObject(text, "line 3", "a text")).toThrow(expect.objectContaining({ code: "data/bad-json", message: expect.stringMatching(told) }));
  });
});
