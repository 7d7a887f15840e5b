import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as graph from "./index.js";
import { opCases } from "./op-cases.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const block = (language: string): string => new RegExp("```" + language + "\n(.*?)```", "s").exec(readme)![1]!;

test("README's example runs and prints what it says", async () => {
  const code = block("ts").replace(/import (.*) from "@bort\/graph";/, "const $1 = graph;");
  expect(code).not.toContain("import");
  const printed: string[] = [];
  const main = new Function("graph", "console", `return (async () => {${code}})();`) as (...globals: unknown[]) => Promise<void>;
  await main(graph, { log: (line: string) => printed.push(line) });
  expect(`${printed.join("\n")}\n`).toBe(block("text"));
});

test("README names every op", () => {
  expect(Object.keys(opCases).filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});
