import { symbolBytes } from "./byte-symbols.js";
import { flagAt, type JsonObject, kindAt, objectAt, textAt } from "./tokenizer-fields.js";

/** Turns tokens back into text. */
export type TokenDecoder = (tokens: readonly string[]) => string;

/** Tokens that are text as they are, whatever the decoder: the added ones. */
type VerbatimTokens = ReadonlySet<string>;

/** Reads the `decoder` of a tokenizer.json; @throws DataError `data/bad-tokenizer` for a kind that is not known. */
export function tokenDecoderAt(value: unknown, verbatim: VerbatimTokens): TokenDecoder {
  const fields = objectAt(value, "decoder");
  return kindAt(KINDS, fields, "decoder")(fields, verbatim);
}

const KINDS: Readonly<Record<string, (fields: JsonObject, verbatim: VerbatimTokens) => TokenDecoder>> = {
  ByteLevel: (_, verbatim) => byteLevelDecoder(verbatim),
  WordPiece: wordPieceDecoderAt,
};

function byteLevelDecoder(verbatim: VerbatimTokens): TokenDecoder {
  const bytesOf = (token: string): Uint8Array => verbatim.has(token) ? new TextEncoder().encode(token) : symbolBytes(token);
  return (tokens) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(tokens.map(bytesOf)));
}

/** A space before every token but the first and those with the prefix, which loses it. */
function wordPieceDecoderAt(fields: JsonObject): TokenDecoder {
  const prefix = textAt(fields["prefix"] ?? "##", "decoder.prefix");
  const tidy = flagAt(fields["cleanup"], "decoder.cleanup", true) ? withoutStraySpaces : (text: string) => text;
  return (tokens) => tokens.map((token, i) => tidy(i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`)).join("");
}

/** A token with the space before it, without that space where English writes none. */
function withoutStraySpaces(token: string): string {
  return token.replace(/ (?=[.?!,])/g, "").replaceAll(" ' ", "'").replaceAll(" n't", "n't").replaceAll(" do not", " don't").replace(/ (?='(?:m|s|ve|re))/g, "");
}
