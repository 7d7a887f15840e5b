import * as arch from "@bort/arch";
import * as backendOnnx from "@bort/backend-onnx";
import * as data from "@bort/data";
import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import * as nn from "./index.js";

const modules: Readonly<Record<string, object>> = { "@bort/arch": arch, "@bort/backend-onnx": backendOnnx, "@bort/data": data, "@bort/nn": nn };
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

describe("the README", () => {
  it("has an example that runs", async () => {
    const block = /```ts\n(.*?)```/s.exec(readme)![1]!;
    const code = ts.transpile(block, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext })
      .replace(/import (\{.*?\}) from (".*?");/g, "const $1 = modules[$2];");
    const printed: string[] = [];
    const main = new Function("modules", "console", `return (async () => {${code}})();`) as (...globals: unknown[]) => Promise<void>;
    await main(modules, { log: (line: string) => printed.push(line) });
    expect(printed[0]).toMatch(/^step 0: \d\.\d\d nats$/);
    expect(printed.at(-1)).toMatch(/^a model of \d+ bytes$/);
  });

  it("names every function that the package has", () => {
    expect(Object.keys(nn).filter((name) => !readme.includes(`\`${name}\``) && !readme.includes(`\`${name}(`))).toEqual([]);
  });
});
