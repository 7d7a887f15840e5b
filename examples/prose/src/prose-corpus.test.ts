import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadProse, type Prose } from "./prose-corpus.js";

describe("a small node_modules", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "bort-prose-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const files = async (contents: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, content] of Object.entries(contents)) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
  };

  it("reads the READMEs of packages and the comments of declarations, in the order of their paths", async () => {
    await files({
      "b/package.json": "{}", "b/readme.md": "The package b does something.", "b/CHANGELOG.md": "The change is not a README.",
      "b/node_modules/a/package.json": "{}", "b/node_modules/a/README.md": "The nested package a does less.",
      "Zeta/package.json": "{}", "Zeta/README.md": "The capital comes before all others.",
      "@types/node/package.json": "{}",
      "@types/node/fs/promises.d.ts": 'declare module "fs/promises" {\n/** Reads a file in promises. */ function readFile(): void;\n}\n',
      "@types/node/fs.d.ts": 'declare module "fs" {\n/** Reads a file at once. */ function readFileSync(): void;\n/** Reads a directory, not a file. */ function readdir(): void;\n'
        + "/** Reads a file for each overload. */ function readFileSync(): void;\n}\n",
      "typescript/package.json": "{}", "typescript/lib/lib.es5.d.ts": "/** Reads the text of numbers. */ declare function parse(): void;",
      "typescript/lib/typescript.d.ts": "/** The compiler is not a library file. */ declare function compile(): void;",
    });
    const prose = await loadProse(folder);
    expect(prose.documents.map(({ source, module, sentences }) => ({ source, ...(module === undefined ? {} : { module }), sentences }))).toEqual([
      { source: "@types/node/fs.d.ts#readFileSync", module: "fs", sentences: ["Reads a file at once.", "Reads a file for each overload."] },
      { source: "@types/node/fs.d.ts#readdir", module: "fs", sentences: ["Reads a directory, not a file."] },
      { source: "@types/node/fs/promises.d.ts#readFile", module: "fs/promises", sentences: ["Reads a file in promises."] },
      { source: "Zeta/README.md", sentences: ["The capital comes before all others."] },
      { source: "b/readme.md", sentences: ["The package b does something."] },
      { source: "b/node_modules/a/README.md", sentences: ["The nested package a does less."] },
      { source: "typescript/lib/lib.es5.d.ts#parse", sentences: ["Reads the text of numbers."] },
    ]);
    expect(prose).toMatchObject({ sentences: 8, words: 44 });
    const [first, , third] = prose.documents;
    expect(first!.split).toBe(third!.split);
  });

  it("drops a sentence that was seen before, and a document without one", async () => {
    await files({
      "a/package.json": "{}", "a/README.md": "It costs 10 ms a call.",
      "b/package.json": "{}", "b/README.md": "It costs 20 ms a call!",
    });
    expect((await loadProse(folder)).documents.map(({ source }) => source)).toEqual(["a/README.md"]);
  });

  it("says what is missing", async () => {
    await expect(loadProse(join(folder, "none"))).rejects.toMatchObject({ code: "data/missing-path" });
    await expect(loadProse(folder)).rejects.toMatchObject({ code: "data/empty-corpus" });
  });
});

describe("the installed packages", () => {
  const nodeModules = fileURLToPath(new URL("../../../node_modules", import.meta.url));
  const hash = (prose: Prose): string => createHash("sha256").update(JSON.stringify(prose)).digest("hex");

  it("hold a corpus of some size, the same each time, without a leak between its splits", async () => {
    const prose = await loadProse(nodeModules);
    expect(prose.words).toBeGreaterThan(200_000);
    expect(prose.sentences).toBeGreaterThan(14_000);
    expect(hash(await loadProse(nodeModules))).toBe(hash(prose));
    expect(JSON.stringify(prose)).not.toContain(nodeModules);

    const letters = prose.documents.flatMap(({ sentences }) => sentences.map((sentence) => sentence.toLowerCase().replace(/[^a-z]+/g, " ").trim()));
    expect(new Set(letters).size).toBe(letters.length);
    const splitOfName = new Map<string, string>();
    for (const { source, split } of prose.documents.filter((document) => document.module !== undefined)) {
      const name = source.slice(source.indexOf("#")).replace(/Sync$/, "");
      expect(splitOfName.get(name) ?? split).toBe(split);
      splitOfName.set(name, split);
    }
    const share = (split: string): number =>
      prose.documents.filter((document) => document.split === split).reduce((sum, { sentences }) => sum + sentences.length, 0) / prose.sentences;
    expect(share("train")).toBeGreaterThan(0.7);
    expect(share("validation")).toBeGreaterThan(0.05);
    expect(share("test")).toBeGreaterThan(0.1);
  });
});
