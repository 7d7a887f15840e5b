/**
 * The printable character that stands for each byte in a byte-level vocabulary, by byte value (GPT-2's table).
 * Printable Latin-1 bytes stand for themselves; the other 68 take U+0100 and up, in order, so a space is "Ġ" and a newline "Ċ".
 */
export const BYTE_SYMBOLS: readonly string[] = byteSymbols();

const BYTE_OF: ReadonlyMap<string, number> = new Map(BYTE_SYMBOLS.map((symbol, byte) => [symbol, byte]));
const encoder = new TextEncoder();

/** The bytes that a token spelled in byte symbols stands for; a token with any other character stands for its own UTF-8. */
export function symbolBytes(token: string): Uint8Array {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = BYTE_OF.get(token[i]!);
    if (byte === undefined) return encoder.encode(token);
    bytes[i] = byte;
  }
  return bytes;
}

function byteSymbols(): string[] {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
}
