import { createHash } from "node:crypto";
import { type TextExample } from "@bort/data";

/** Examples, or several sets of them. */
export type ExampleLists = readonly (TextExample | readonly TextExample[])[];

/** SHA-256, as hexadecimal digits, of what `JSON.stringify` makes of examples, one after the other: the whole text may be longer than a string can be. */
export function examplesHash(examples: ExampleLists): string {
  const hash = createHash("sha256");
  for (const piece of jsonPieces(examples)) hash.update(piece);
  return hash.digest("hex");
}

/** Lists a piece for each of their items, anything else in one. */
function* jsonPieces(value: unknown): Generator<string, void, void> {
  if (!Array.isArray(value)) return yield JSON.stringify(value);
  yield "[";
  for (const [i, item] of value.entries()) {
    if (i > 0) yield ",";
    yield* jsonPieces(item);
  }
  yield "]";
}
