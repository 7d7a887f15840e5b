import { createHash } from "node:crypto";
import { type TextExample } from "@bort/data";
import { describe, expect, it } from "vitest";
import { type ExampleLists, examplesHash } from "./examples-hash.js";

const whole = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");

const examples: readonly TextExample[] = [
  { text: 'He said "so",\n[and] left.', label: "1", index: [0, 7] },
  { text: "Où ? 𝒳 \ud800", pair: "", value: 2.5, group: "a" },
  { text: "", distribution: { glad: 0.25, sad: 0.75 } },
];

describe("examplesHash", () => {
  it.each<[string, ExampleLists]>([
    ["none", []], ["one", examples.slice(0, 1)], ["several", examples], ["two sets", [examples, examples.slice(1)]], ["two sets, of which one is empty", [[], examples]],
  ])("is the hash of the whole JSON: %s", (_, lists) => {
    expect(examplesHash(lists)).toBe(whole(lists));
  });

  it("tells the order of examples, and to which set they belong", () => {
    const [a, b, c] = examples as [TextExample, TextExample, TextExample];
    const lists: readonly ExampleLists[] = [[a, b, c], [b, a, c], [[a], [b, c]], [[a, b], [c]]];
    expect(new Set(lists.map(examplesHash)).size).toBe(lists.length);
  });
});
