import type { Merge } from "./pair-merger.js";
import { arrayAt, badTokenizer, type JsonObject, shown } from "./tokenizer-fields.js";

/**
 * Reads the `merges` of a BPE model, each `"left right"` or `["left", "right"]`, the first to apply first. `ids` has every token.
 *
 * @throws DataError `data/bad-tokenizer` for another form, or a merge whose parts or whole are no tokens.
 */
export function mergesAt(model: JsonObject, ids: ReadonlyMap<string, number>): readonly Merge[] {
  return arrayAt(model["merges"], "model.merges").map((merge, rank) => mergeAt(merge, rank, ids));
}

function mergeAt(value: unknown, rank: number, ids: ReadonlyMap<string, number>): Merge {
  const parts: unknown = typeof value === "string" ? value.split(" ") : value;
  if (!Array.isArray(parts) || parts.length !== 2) {
    throw badTokenizer(`model.merges[${rank}] must be "left right" or ["left", "right"], got ${shown(value)}`);
  }
  const [left, right] = parts as [unknown, unknown];
  if (typeof left !== "string" || typeof right !== "string") throw badTokenizer(`model.merges[${rank}] must join two tokens, got ${shown(value)}`);
  for (const token of [left, right, left + right]) {
    if (!ids.has(token)) throw badTokenizer(`model.merges[${rank}] needs ${shown(token)}, which is not in the vocabulary`);
  }
  return [left, right];
}
