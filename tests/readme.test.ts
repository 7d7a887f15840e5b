import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const scratch = join(root, "tests", ".examples");
const readmes = ["README.md", ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`)];

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The TypeScript blocks of a page, each with the `text` block that follows it at once and says what it prints. */
const examplesOf = (page: string): { code: string; output: string | undefined }[] =>
  [...page.matchAll(/```ts\n(.*?)```(?:\s*\n```text\n(.*?)```)?/gs)].map(([, code, output]) => ({ code: code!, output }));

describe.each(readmes)("%s", (path) => {
  const examples = examplesOf(readFileSync(join(root, path), "utf8"));

  it.skipIf(path.includes("packages/cli"))("has an example", () => expect(examples).not.toEqual([]));

  it.each(examples.map((example, i) => ({ ...example, i })))("example $i runs and prints what it says", async ({ code, output, i }) => {
    mkdirSync(scratch, { recursive: true });
    const file = join(scratch, `${path.replaceAll("/", "-")}-${i}.ts`);
    writeFileSync(file, code);
    const lines: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((...values) => void lines.push(values.map(String).join(" ")));
    try {
      await import(file);
    } finally {
      log.mockRestore();
    }
    if (output !== undefined) expect(`${lines.join("\n")}\n`).toBe(output);
  });
});
