import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const packages = readdirSync(join(root, "packages"));
const pages = ["README.md", ...packages.map((name) => `packages/${name}/README.md`)];

/** Where the examples lie and run; git ignores it. */
const scratch = join(root, "tests", ".examples");

beforeAll(() => {
  mkdirSync(scratch, { recursive: true });
  process.chdir(scratch);
});
afterAll(() => {
  process.chdir(root);
  rmSync(scratch, { recursive: true, force: true });
});

const read = (page: string): string => readFileSync(join(root, page), "utf8");

/** The TypeScript blocks of a page, each with the `text` block that follows it at once and says what it prints. */
const examplesOf = (page: string): { code: string; output: string | undefined }[] =>
  [...page.matchAll(/```ts\n(.*?)```(?:\s*\n```text\n(.*?)```)?/gs)].map(([, code, output]) => ({ code: code!, output }));

describe.each(pages)("%s", (path) => {
  const examples = examplesOf(read(path));

  it.skipIf(path.includes("packages/cli"))("has an example", () => expect(examples).not.toEqual([]));

  it.each(examples.map((example, i) => ({ ...example, number: i + 1 })))("example $number runs and prints what it says", async ({ code, output, number }) => {
    const file = join(scratch, `${path.replaceAll("/", "-")}-${number}.ts`);
    writeFileSync(file, code);
    const lines: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((...values) => void lines.push(format(...values)));
    try {
      await import(file);
    } finally {
      log.mockRestore();
    }
    if (output !== undefined) expect(`${lines.join("\n")}\n`).toBe(output);
  });
});

describe.each(packages)("the README of @bort/%s", (name) => {
  it("names everything that the package exports", async () => {
    const exports = Object.keys(await import(join(root, "packages", name, "src", "index.ts")) as object);
    const page = read(`packages/${name}/README.md`);
    expect(exports).not.toEqual([]);
    expect(exports.filter((each) => !new RegExp(`\`${each}\\b`).test(page))).toEqual([]);
  });
});

it("the README names every package", () => {
  expect(packages.filter((name) => !read("README.md").includes(`[\`@bort/${name}\`](packages/${name})`))).toEqual([]);
});
