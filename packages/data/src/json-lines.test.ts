import { describe, expect, it } from "vitest";
import { jsonLines } from "./json-lines.js";

async function read(text: string, field = "text", size: number = text.length): Promise<string[]> {
  const chunks: string[] = [];
  for (let start = 0; start < text.length; start += size) chunks.push(text.slice(start, start + size));
  const found: string[] = [];
  for await (const each of jsonLines(chunks, "a.jsonl", field)) found.push(each);
  return found;
}

describe("jsonLines", () => {
  it("reads the field of every line, wherever the chunks are cut", async () => {
    const text = '{"text":"one\\ntwo","id":1}\r\n\n{"id":2,"text":"日本 😀"}\n  \n{"text":null}\n{"text":""}\n{"text":"last"}';
    for (const size of [1, 2, 7, 1000]) expect(await read(text, "text", size)).toEqual(["one\ntwo", "日本 😀", "", "last"]);
  });

  it("reads another field, also one with the name of a method", async () => {
    expect(await read('{"toString":"a","text":1}\n', "toString")).toEqual(["a"]);
  });

  it.each([
    ['{"text":"a"}\n\n{"text":', "data/bad-json", /^data: a\.jsonl, line 3 is not JSON/],
    ['{"text":"a"}}\n', "data/bad-json", /line 1 is not JSON/],
    ['["a"]\n', "data/bad-json", /must be a JSON object .* got an array/],
    ["null\n", "data/bad-json", /got null/],
    ['{"text":"a"}\n{"body":"b","id":1}\n', "data/missing-column", /line 2 has no field "text" but body, id; say which/],
    ["{}", "data/missing-column", /but none/],
    ['{"text":["a"]}', "data/missing-column", /must have text in its field "text", got an array/],
  ])("refuses %j by its line", async (text, code, message) => {
    await expect(read(text)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});
