import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openTokenizer } from "./open-tokenizer.js";
import type { Tokenizer } from "./tokenizer.js";
import { readTokenizerJson } from "./tokenizer-json.js";

/** What Hugging Face's libraries give, by `test-fixtures/make-tokenizer-golden.py`. */
interface Golden {
  variants: { name: string; tokenizer: object; ids: number[][]; decoded: string[] | null; pairs: Input[] }[];
  published: { folder: string; odd: number[][]; tokens: number; pair: Input; hashes: string[] }[];
}
interface Input { ids: number[]; tokenTypes: number[] }

const fixtures = join(import.meta.dirname, "../test-fixtures");
const fixture = (name: string): unknown => JSON.parse(readFileSync(join(fixtures, name), "utf8"));
const oddLines = fixture("odd-lines.json") as string[];
const golden = fixture("tokenizer-golden.json") as Golden;

function pairOf(tokenizer: Tokenizer, first: string, second: string): Input {
  const { ids, tokenTypes } = tokenizer.modelInput(tokenizer.encode(first), tokenizer.encode(second));
  return { ids: [...ids], tokenTypes: [...tokenTypes] };
}

describe.each(golden.variants)("the tokenizer $name", ({ tokenizer: document, ids, decoded, pairs }) => {
  const tokenizer = readTokenizerJson(JSON.stringify(document));

  it.each(oddLines.map((line, i) => [line, i] as const))("encodes %j as Hugging Face does", (line, i) => {
    expect([...tokenizer.encode(line)]).toEqual(ids[i]);
  });

  it.skipIf(decoded === null)("decodes as Hugging Face does", () => {
    expect(ids.map((row) => tokenizer.decode(row))).toEqual(decoded);
  });

  it("makes the same inputs of pairs", () => {
    const texts = oddLines.slice(-2 * pairs.length);
    expect(pairs.map((_, i) => pairOf(tokenizer, texts[2 * i]!, texts[2 * i + 1]!))).toEqual(pairs);
  });

  it("is written as it was read", () => {
    expect(JSON.parse(tokenizer.toJson())).toEqual(document);
  });
});

const data = process.env["BORT_DATA"] ?? join(import.meta.dirname, "../../../../shared/data");

describe.skipIf(!existsSync(join(data, "tokenizers")))("published tokenizers (need tokenizers/ and corpus/ in BORT_DATA)", () => {
  const corpora = join(data, "corpus");
  let lines: readonly string[] = [];
  beforeAll(() => { lines = corpusLines(10_000); });

  const paths = existsSync(corpora) ? readdirSync(corpora, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".txt")).sort() : [];

  /** Lines that are not blank, of all files in the order of their paths, evenly spaced. */
  function corpusLines(count: number): string[] {
    const all = paths.flatMap((path) => readFileSync(join(corpora, path), "utf8").split("\n").filter((line) => /[^ \t\r]/.test(line)));
    return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
  }

  describe.each(golden.published)("$folder", ({ folder, odd, tokens, pair, hashes }) => {
    let tokenizer: Tokenizer;
    beforeAll(() => { tokenizer = openTokenizer(join(data, "tokenizers", folder)); });

    it("encodes odd lines as published", () => {
      expect(oddLines.map((line) => [...tokenizer.encode(line)])).toEqual(odd);
      expect(pairOf(tokenizer, "one", "two")).toEqual(pair);
    });

    it("encodes 10,000 lines of the corpora as published", () => {
      const rows = lines.map((line) => tokenizer.encode(line));
      expect(rows.reduce((sum, row) => sum + row.length, 0)).toBe(tokens);
      expect(hashes.map((_, i) => hashOf(rows.slice(100 * i, 100 * i + 100)))).toEqual(hashes);
    });
  });
});

/** SHA-256 of the length and the ids of each row, as little-endian 32-bit integers; the first 16 digits. */
function hashOf(rows: readonly Int32Array[]): string {
  const hash = createHash("sha256");
  for (const ids of rows) hash.update(Int32Array.of(ids.length, ...ids));
  return hash.digest("hex").slice(0, 16);
}
