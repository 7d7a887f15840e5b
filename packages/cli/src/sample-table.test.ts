import { afterAll, describe, expect, it } from "vitest";
import { SampleTable, supernetOfTable } from "./sample-table.js";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

const line = (...shape: readonly number[]): string => JSON.stringify({ shape, loss: 1, perplexity: Math.E, accuracy: 0.5 });
const settings = { supernet: "abc", batches: 2 };

/** A table of those settings with that text. */
function tableOf(name: string, text: string): string {
  place.write(`${name}.settings.json`, `${JSON.stringify(settings, null, 2)}\n`);
  return place.write(name, text);
}

describe("SampleTable", () => {
  it("skips blank lines, leaves out a last line that was cut short, and goes on behind the others", () => {
    const path = tableOf("gaps.jsonl", `\n${line(4, 8)}\n \n${line(8, 8)}\n{"shape":[16,`);
    const table = new SampleTable(path, settings);
    expect([[4, 8], [8, 8], [16, 8]].map((shape) => table.has(shape))).toEqual([true, true, false]);
    table.append({ shape: [16, 8], loss: 1, perplexity: Math.E, accuracy: 0.5 });
    expect(place.bytes("gaps.jsonl").toString()).toBe([line(4, 8), line(8, 8), line(16, 8), ""].join("\n"));
    expect(table.has([16, 8])).toBe(true);
  });

  it("keeps a last line that is whole but has no end", () => {
    expect(new SampleTable(tableOf("open.jsonl", line(4, 8)), settings).has([4, 8])).toBe(true);
  });

  it.each([["no JSON", "shape", 3], ["a line without a shape", '{"perplexity":3}', 3], ["no object", "null", 3]])("refuses %s in one line, by its number", (_, wrong, number) => {
    const path = tableOf("wrong.jsonl", `${line(4, 8)}\n\n${wrong}\n${line(8, 8)}\n`);
    expect(() => new SampleTable(path, settings)).toThrow(expect.objectContaining({ code: "cli/bad-json", message: expect.stringContaining(`got in line ${number} ${wrong}; correct the line or take it out`) }));
  });
});

describe("supernetOfTable", () => {
  it("says what the settings beside a table say, and nothing where there are none", () => {
    expect(supernetOfTable(tableOf("told.jsonl", ""))).toBe("abc");
    expect(supernetOfTable(place.write("untold.jsonl", ""))).toBeUndefined();
    place.write("broken.jsonl.settings.json", "{");
    expect(() => supernetOfTable(place.at("broken.jsonl"))).toThrow(expect.objectContaining({ code: "cli/bad-json" }));
  });
});
