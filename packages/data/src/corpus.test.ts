import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { corpusFingerprint, documents, openCorpus, type OpenCorpusOptions, splitOf } from "./corpus.js";

let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "bort-corpus-")); });
afterEach(() => rmSync(root, { recursive: true }));

function put(name: string, content: string | Uint8Array): string {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), content);
  return join(root, name);
}

async function readAs(options: OpenCorpusOptions, ...paths: string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const document of documents(await openCorpus(paths, options))) found.push(document);
  return found;
}

const read = (...paths: string[]): Promise<string[]> => readAs({}, ...paths);

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

  it("finds the files of a pattern, but takes a file of that very name first", async () => {
    for (const name of ["a/1.txt", "a/2.txt", "b/1.txt", "a/c/1.txt", "a/1.jsonl", "a/1.md"]) put(name, name);
    const found = async (pattern: string): Promise<string[]> => (await openCorpus([join(root, pattern)])).files.map(({ path }) => relative(root, path));
    expect(await found("*/1.txt")).toEqual(["a/1.txt", "b/1.txt"]);
    expect(await found("a/**/1.*")).toEqual(["a/1.jsonl", "a/1.txt", "a/c/1.txt"]);
    put("a/?.txt", "odd");
    expect(await found("a/?.txt")).toEqual(["a/?.txt"]);
  });

  it("is told from another by its files and how they are read", async () => {
    const path = put("a.txt", "one");
    const print = async (options?: OpenCorpusOptions): Promise<string> => corpusFingerprint(await openCorpus([path], options));
    const first = await print();
    expect(await print()).toBe(first);
    expect(new Set([first, await print({ unit: "line" }), await print({ field: "body" })]).size).toBe(3);
    utimesSync(path, 1, 1);
    expect(await print()).not.toBe(first);
  });

  it.each<[string, string, () => string[]]>([
    ["nothing", "data/missing-path", () => []],
    ["a missing path", "data/missing-path", () => [join(root, "missing.txt")]],
    ["a folder without text", "data/empty-corpus", () => [dirname(put("folder/a.md", "a"))]],
    ["a pattern that nothing matches", "data/empty-corpus", () => [join(dirname(put("x/a.txt", "a")), "*.jsonl")]],
    ["a pattern in no folder", "data/missing-path", () => [join(root, "missing", "*.txt")]],
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

  it("reads JSON Lines, Parquet and gzip files beside plain text, and nothing else", async () => {
    put("a.txt.gz", gzipSync("one\n\ntwo"));
    put("b.jsonl", '{"text":" three \\r\\n 3 ","title":"c"}\n{"text":" "}\n');
    put("c.JSONL.GZ", gzipSync('{"text":"four","title":"d"}\n'));
    copyFileSync(new URL("./fixtures/snappy.parquet", import.meta.url), join(root, "d.parquet"));
    put("e.json", "{}");
    const found = await read(root);
    expect(found.slice(0, 4)).toEqual(["one", "two", "three \n 3", "four"]);
    expect(found).toHaveLength(4 + 5);
  });

  it("reads text by line or by file, and another field", async () => {
    const text = put("a.txt", "one\ntwo\r\n\r\nthree\n");
    const records = put("b.jsonl", '{"title":"four\\nlines"}');
    expect(await readAs({ unit: "line", field: "title" }, text, records)).toEqual(["one", "two", "three", "four\nlines"]);
    expect(await readAs({ unit: "file" }, text, put("c.txt", "last"))).toEqual(["one\ntwo\n\nthree", "last"]);
  });

  it("cuts a record that is too long for a document", async () => {
    expect(await read(put("a.jsonl", JSON.stringify({ text: `${"x".repeat(60_000)} ${"y".repeat(60_000)}` })))).toHaveLength(2);
  });

  it("names a gzip file that is cut short, or that is none", async () => {
    const whole = gzipSync(Array.from({ length: 20_000 }, (_, i) => `line ${i * i}`).join("\n"));
    const cut = put("a.txt.gz", whole.subarray(0, whole.length - 100));
    await expect(read(cut)).rejects.toMatchObject({ code: "data/bad-file", message: expect.stringContaining(`${cut} ends in the middle`) as string });
    await expect(read(put("b.jsonl.gz", "plain"))).rejects.toMatchObject({ code: "data/bad-file" });
    const latin = put("c.txt.gz", gzipSync(Buffer.from([0x61, 0xff])));
    await expect(read(latin)).rejects.toMatchObject({ code: "data/not-utf8", message: expect.stringContaining("offset 1") as string });
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
