import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as arch from "./index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

describe("README", () => {
  it("names every export", () => {
    for (const name of Object.keys(arch)) expect(readme).toMatch(new RegExp(`\\| .*\`${name}\\b`));
  });

  it("has an example that prints what it says", () => {
    const [, imports, body] = /```ts\nimport \{ (.*) \} from "@bort\/arch";\n([^`]*)```/.exec(readme)!;
    const names = imports!.split(", ");
    const printed: string[] = [];
    const run = new Function("console", ...names, body!) as (...values: unknown[]) => void;
    run({ log: (value: unknown) => printed.push(String(value)) }, ...names.map((name) => arch[name as keyof typeof arch]));
    expect(printed).toEqual([...body!.matchAll(/; \/\/ (.*)/g)].map((match) => match[1]));
    expect(printed.length).toBeGreaterThan(0);
  });
});
