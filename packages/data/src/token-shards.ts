import { existsSync } from "node:fs";
import { breather } from "./breather.js";
import { DataError } from "./data-error.js";
import { openTokenFile, PROGRESS_DOCUMENTS, type StoredTokens, verifyTokenFile, type WriteTokenFileOptions } from "./token-file.js";
import { TokenFileWriter } from "./token-file-writer.js";
import type { Tokenizer } from "./tokenizer.js";

/** How to write shards. */
export interface WriteTokenShardsOptions extends WriteTokenFileOptions {
  /** A shard ends with the document that brings it to this many tokens. Default 2^24: 32 MiB with 2 bytes a token. */
  readonly shardTokens?: number;
}

/** What the shards of one name hold. */
export interface TokenShardsSummary {
  readonly shards: number;
  readonly documents: number;
  /** With the `end` token of every document. */
  readonly tokens: number;
}

/** The file of a shard, counted from 0. */
export const shardPath = (prefix: string, index: number): string => `${prefix}-${String(index).padStart(5, "0")}.tokens`;

/**
 * Tokenizes a stream of documents into the token files `prefix-00000.tokens`, `prefix-00001.tokens` and so on, each of which is there whole or not at all.
 * Shards that are there already must be of this tokenizer and these documents: they are checked, and the documents that they hold are passed over, so
 * that work that was cut off goes on after its last whole shard. Throws as `writeTokenFile` does, and `data/bad-tokens` for a shard that is damaged.
 */
export async function writeTokenShards(
  prefix: string,
  documents: AsyncIterable<string> | Iterable<string>,
  tokenizer: Tokenizer,
  { shardTokens = 2 ** 24, signal, onProgress }: WriteTokenShardsOptions = {},
): Promise<TokenShardsSummary> {
  if (!Number.isSafeInteger(shardTokens) || shardTokens < 1) {
    throw new DataError("data/bad-option", `data: shardTokens must be an integer of at least 1, got ${shardTokens}`);
  }
  const found = wholeShards(prefix, tokenizer);
  const done = { ...found };
  let passedOver = 0;
  let writer: TokenFileWriter | undefined;
  const finish = async (): Promise<void> => {
    if (writer === undefined) return;
    const { documents: more, tokens } = await writer.finish();
    writer = undefined;
    done.shards++;
    done.documents += more;
    done.tokens += tokens;
  };
  try {
    const breathe = breather(signal);
    for await (const document of documents) {
      await breathe();
      if (passedOver < found.documents) {
        passedOver++;
        continue;
      }
      writer ??= await TokenFileWriter.create(shardPath(prefix, done.shards), tokenizer);
      await writer.add(document);
      const count = done.documents + writer.documents;
      if (count % PROGRESS_DOCUMENTS === 0) onProgress?.(count, done.tokens + writer.tokens);
      if (writer.tokens >= shardTokens) await finish();
    }
    await finish();
  } catch (error) {
    await writer?.abandon();
    throw error;
  }
  onProgress?.(done.documents, done.tokens);
  return done;
}

/** What the shards from 0 on hold, up to the first that is missing. Throws `data/bad-tokens` where one is damaged or of another tokenizer. */
function wholeShards(prefix: string, tokenizer: Tokenizer): { shards: number; documents: number; tokens: number } {
  const found = { shards: 0, documents: 0, tokens: 0 };
  for (; existsSync(shardPath(prefix, found.shards)); found.shards++) {
    verifyTokenFile(shardPath(prefix, found.shards), tokenizer);
    const file = openTokenFile(shardPath(prefix, found.shards));
    found.documents += file.documents;
    found.tokens += file.tokens;
    file.close();
  }
  return found;
}

/**
 * Opens shards as one run of tokens. Throws `data/missing-path` with the name of a shard that is not there, or `data/bad-tokens` with that of one that was cut
 * short or made by another tokenizer, or where the shards do not hold what they should.
 */
export function openTokenShards(prefix: string, { shards: count, documents, tokens }: TokenShardsSummary, tokenizer: Tokenizer): StoredTokens {
  const shards: StoredTokens[] = [];
  try {
    for (let index = 0; index < count; index++) shards.push(openTokenFile(shardPath(prefix, index), tokenizer));
    const opened = new ShardedTokens(shards, tokenizer.vocabSize);
    if (opened.documents === documents && opened.tokens === tokens) return opened;
    const found = `${opened.documents} documents of ${opened.tokens} tokens`;
    throw new DataError("data/bad-tokens", `data: the shards ${shardPath(prefix, 0)} and on should hold ${documents} documents of ${tokens} tokens, but hold ${found}; delete them and make them again from the corpus`);
  } catch (error) {
    shards.forEach((shard) => shard.close());
    throw error;
  }
}

class ShardedTokens implements StoredTokens {
  readonly tokens: number;
  readonly documents: number;
  /** Where each shard begins. */
  readonly #starts: readonly number[];

  constructor(readonly shards: readonly StoredTokens[], readonly vocabSize: number) {
    let tokens = 0;
    this.#starts = shards.map((shard) => (tokens += shard.tokens) - shard.tokens);
    this.tokens = tokens;
    this.documents = shards.reduce((sum, shard) => sum + shard.documents, 0);
  }

  read(offset: number, count: number): Int32Array {
    const first = this.#shardAt(offset);
    const start = offset - this.#starts[first]!;
    if (start + count <= this.shards[first]!.tokens) return this.shards[first]!.read(start, count);
    if (!(offset + count <= this.tokens)) throw new DataError("data/bad-tokens", `data: cannot read ${count} tokens from ${offset} on: the shards have ${this.tokens}`);
    const ids = new Int32Array(count);
    for (let shard = first, filled = 0; filled < count; shard++) {
      const from = offset + filled - this.#starts[shard]!;
      const part = this.shards[shard]!.read(from, Math.min(count - filled, this.shards[shard]!.tokens - from));
      ids.set(part, filled);
      filled += part.length;
    }
    return ids;
  }

  close(): void {
    this.shards.forEach((shard) => shard.close());
  }

  /** The last shard that begins at or before an offset; the first where there is none, which then refuses it. */
  #shardAt(offset: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
