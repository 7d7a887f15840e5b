import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTokenizer } from "./open-tokenizer.js";
import { type KeptTokens, type PrunedVocabulary, pruneVocabulary } from "./prune-vocabulary.js";
import { tokenCounts } from "./token-counts.js";
import { readTokenizerJson } from "./tokenizer-json.js";
import type { Tokenizer } from "./tokenizer.js";

/** What Hugging Face's library gives of vocabularies that `test-fixtures/make-pruned-golden.py` has pruned. */
interface Golden {
  variants: (GoldenIds & { name: string; keptIds: number[]; tokenizer: object })[];
  published: (GoldenIds & { folder: string; keptHash: string })[];
}
interface GoldenIds { keep: KeptTokens; ids: number[][]; pair: { ids: number[]; tokenTypes: number[] } }

const fixture = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, "../test-fixtures", name), "utf8"));
const oddLines = fixture("odd-lines.json") as string[];
const golden = fixture("pruned-golden.json") as Golden;
const whole = fixture("tokenizer-golden.json") as { variants: { name: string; tokenizer: object }[] };

/** Prunes a tokenizer by its tokens in the odd lines. */
const pruned = async (tokenizer: Tokenizer, keep: KeptTokens): Promise<PrunedVocabulary> =>
  pruneVocabulary(tokenizer, await tokenCounts(tokenizer, oddLines), keep);

function expectIds(tokenizer: Tokenizer, { ids, pair }: GoldenIds): void {
  expect(oddLines.map((line) => [...tokenizer.encode(line)])).toEqual(ids);
  const input = tokenizer.modelInput(tokenizer.encode("one"), tokenizer.encode("two"));
  expect({ ids: [...input.ids], tokenTypes: [...input.tokenTypes] }).toEqual(pair);
}

describe.each(golden.variants)("the tokenizer $name, pruned to $keep", ({ name, keep, keptIds, tokenizer: document, ...ids }) => {
  it("is the document, and gives the ids, of Hugging Face's library", async () => {
    const small = await pruned(readTokenizerJson(JSON.stringify(whole.variants.find((variant) => variant.name === name)!.tokenizer)), keep);
    expect(small.keptIds).toEqual(keptIds);
    expect(JSON.parse(small.tokenizer.toJson())).toEqual(document);
    expectIds(small.tokenizer, { keep, ...ids });
  });
});

const data = process.env["BORT_DATA"] ?? join(import.meta.dirname, "../../../../shared/data");

describe.skipIf(!existsSync(join(data, "tokenizers")))("published tokenizers (need tokenizers/ in BORT_DATA)", () => {
  it.each(golden.published)("$folder, pruned to $keep, gives the ids of Hugging Face's library", async ({ folder, keptHash, ...ids }) => {
    const { tokenizer, keptIds } = await pruned(openTokenizer(join(data, "tokenizers", folder)), ids.keep);
    expect(createHash("sha256").update(keptIds.join(",")).digest("hex").slice(0, 16)).toBe(keptHash);
    expectIds(tokenizer, ids);
  });
});
