import * as arch from "@bort/arch";
import * as backendOnnx from "@bort/backend-onnx";
import * as data from "@bort/data";
import * as nn from "@bort/nn";
import { readFileSync } from "node:fs";
import ts from "typescript";
import { expect, it } from "vitest";
import * as distill from "./index.js";

const modules: Readonly<Record<string, object>> = { "@bort/arch": arch, "@bort/backend-onnx": backendOnnx, "@bort/data": data, "@bort/distill": distill, "@bort/nn": nn };
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("the README's example runs", async () => {
  const block = /```ts\n(.*?)```/s.exec(readme)![1]!;
  const code = ts.transpile(block, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext })
    .replace(/import (\{.*?\}) from (".*?");/g, "const $1 = modules[$2];");
  const printed: string[] = [];
  const main = new Function("modules", "console", `return (async () => {${code}})();`) as (...globals: unknown[]) => Promise<void>;
  await main(modules, { log: (line: string) => printed.push(line) });
  expect(printed).toEqual([expect.stringMatching(/^T\^2 KL\(teacher \|\| student\) fell from \d+\.\d\d to \d+\.\d\d nats$/)]);
});
