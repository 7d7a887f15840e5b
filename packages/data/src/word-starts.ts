import { symbolBytes } from "./byte-symbols.js";
import type { Tokenizer } from "./tokenizer.js";

/** Whether a token that follows another one begins a word. */
export type WordStarts = (previous: number, id: number) => boolean;

/**
 * Tells where words begin, for whole-word masking. In WordPiece a token begins one unless it is spelled as a continuation ("##ing"). In byte-level BPE a word
 * is a run of letters, of digits or of other characters, with the space before it.
 */
export function wordStarts(tokenizer: Pick<Tokenizer, "vocabSize" | "idToToken" | "toJson">): WordStarts {
  const { model } = JSON.parse(tokenizer.toJson()) as { readonly model: { readonly merges?: unknown; readonly continuing_subword_prefix?: string | null } };
  const tokens = Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.idToToken(id));
  if (model.merges === undefined) { // WordPiece
    const prefix = model.continuing_subword_prefix ?? "##";
    const continues = Uint8Array.from(tokens, (token) => Number(token.length > prefix.length && token.startsWith(prefix)));
    return (_, id) => continues[id] === 0;
  }
  const bytes = tokens.map(symbolBytes);
  const first = Uint8Array.from(bytes, (each) => kindOf(each[0]!));
  const last = Uint8Array.from(bytes, (each) => kindOf(each.at(-1)!));
  return (previous, id) => first[id] === SPACE || (last[previous] !== SPACE && first[id] !== last[previous]);
}

const [SPACE, BREAK, DIGIT, LETTER, OTHER] = [0, 1, 2, 3, 4];

/** The kind of a byte; those of characters beyond ASCII count as letters. */
function kindOf(byte: number): number {
  if (byte === 0x20) return SPACE;
  if (byte >= 0x09 && byte <= 0x0d) return BREAK;
  if (byte >= 0x30 && byte <= 0x39) return DIGIT;
  return byte >= 0x80 || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) ? LETTER : OTHER;
}
