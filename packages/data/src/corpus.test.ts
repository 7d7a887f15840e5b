import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { documents, openCorpus, splitOf } from "./corpus.js";

let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "bort-corpus-")); });
afterEach(() => rmSync(root, { recursive: true }));

function put(name: string, content: string | Uint8Array): string {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), content);
  return join(root, name);
}

async function read(...paths: string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const document of documents(await openCorpus(paths))) found.push(document);
  return found;
}

describe("openCorpus", () => {
  it("finds text files at any depth, in the order of their names' code units", async () => {
    for (const name of ["b.txt", "a/z.txt", "a.txt", "Z.txt", "é.txt", "a/b/c.TXT", "notes.md", "10.txt", "9.txt"]) put(name, name);
    const { files, sizeBytes } = await openCorpus([root]);
    const names = files.map(({ path }) => relative(root, path).replaceAll("\\", "/"));
    expect(names).toEqual(["10.txt", "9.txt", "Z.txt", "a.txt", "a/b/c.TXT", "a/z.txt", "b.txt", "é.txt"]);
    expect(sizeBytes).toBe(Buffer.byteLength(names.join("")));
  });

  it("keeps the order of its paths, and reads a file once", async () => {
    const [b, a] = [put("b.txt", "b"), put("a.txt", "a")];
    expect(await read(b, root, a)).toEqual(["b", "a"]);
  });

  it("follows a link to a file, and not a link to a folder", async () => {
    symlinkSync(put("hidden/real.md", "text"), join(root, "link.txt"));
    symlinkSync(root, join(root, "loop.txt"));
    expect(await read(root)).toEqual(["text"]);
  });

  it.each<[string, string, () => string[]]>([
    ["nothing", "data/missing-path", () => []],
    ["a missing path", "data/missing-path", () => [join(root, "missing.txt")]],
    ["a folder without text", "data/empty-corpus", () => [dirname(put("folder/a.md", "a"))]],
    ["a file that is no text", "data/empty-corpus", () => [put("a.md", "a")]],
    ["an empty file", "data/empty-corpus", () => [put("a.txt", "")]],
  ])("refuses %s", async (_, code, paths) => {
    await expect(openCorpus(paths())).rejects.toThrow(expect.objectContaining({ code }));
  });
});

describe("documents", () => {
  it("streams the documents of every file, without a byte-order mark", async () => {
    put("a.txt", "\ufeffone\r\ntwo\r\n\r\nthree");
    put("b.txt", "four\n");
    expect(await read(root)).toEqual(["one\ntwo", "three", "four"]);
  });

  it("names the file and the offset of a byte that is not UTF-8, far into the file", async () => {
    const bytes = Buffer.from("é".repeat(100_000));
    bytes[150_000] = 0xff;
    const path = put("a.txt", bytes);
    await expect(read(root)).rejects.toThrow(expect.objectContaining({
      code: "data/not-utf8",
      message: `data: ${path} is not UTF-8 (byte 0xff at offset 150000); convert it, for example with iconv`,
    }));
  });

  it("refuses a corpus of white space, and a file that has gone", async () => {
    put("a.txt", " \n\n ");
    await expect(read(root)).rejects.toThrow(expect.objectContaining({ code: "data/empty-corpus" }));
    const corpus = await openCorpus([put("b.txt", "b")]);
    rmSync(join(root, "b.txt"));
    await expect(documents(corpus).next()).rejects.toThrow(expect.objectContaining({ code: "data/read-failed" }));
  });

  it("stops when it is told to", async () => {
    put("a.txt", "one\n\ntwo");
    const controller = new AbortController();
    const stream = documents(await openCorpus([root], { signal: controller.signal }));
    expect((await stream.next()).value).toBe("one");
    controller.abort();
    await expect(stream.next()).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
  });
});

describe("splitOf", () => {
  const texts = Array.from({ length: 5000 }, (_, i) => `document ${i}`);
  const validation = (fraction: number): Set<string> => new Set(texts.filter((text) => splitOf(text, fraction) === "validation"));

  it("takes about the share asked for, and only adds to it as it grows", () => {
    const [none, small, large] = [validation(0), validation(0.1), validation(0.3)];
    expect(none.size).toBe(0);
    expect(Math.abs(small.size - 500)).toBeLessThan(90);
    expect(Math.abs(large.size - 1500)).toBeLessThan(140);
    expect([...small].every((text) => large.has(text))).toBe(true);
  });

  it("keeps its answers from one version to the next", () => {
    expect([...validation(0.002)]).toMatchInlineSnapshot(`
      [
        "document 189",
        "document 520",
        "document 1356",
        "document 1697",
        "document 1752",
        "document 2484",
        "document 2800",
        "document 2819",
        "document 2905",
        "document 3356",
        "document 3689",
        "document 4173",
        "document 4320",
        "document 4556",
        "document 4990",
      ]
    `);
  });

  it.each([-0.1, 1, NaN])("refuses the fraction %s", (fraction) => {
    expect(() => splitOf("text", fraction)).toThrow(expect.objectContaining({ code: "data/bad-option" }));
  });
});
