import { isUtf8 } from "node:buffer";

/** What `decodeUtf8` throws: where the bytes stop being UTF-8. */
export class NotUtf8Error extends Error {
  /** The offset is that of the first byte that begins no well-formed character, counted from the start of the stream. */
  constructor(readonly offset: number, readonly byte: number) {
    super(`byte 0x${byte.toString(16).padStart(2, "0")} at offset ${offset} is not UTF-8`);
  }
}

/** Decodes a stream of bytes strictly, a chunk at a time; a byte-order mark at its start is dropped. Throws `NotUtf8Error`. */
export async function* decodeUtf8(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let carried: Uint8Array = new Uint8Array(0); // The head of a character that the next chunk completes.
  let offset = 0;
  for await (const chunk of chunks) {
    const bytes = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
    const whole = bytes.subarray(0, completeLength(bytes));
    if (!isUtf8(whole)) throw notUtf8(whole, offset);
    const isStart = offset === 0 && whole.length > 0;
    offset += whole.length;
    carried = Uint8Array.from(bytes.subarray(whole.length));
    const text = new TextDecoder("utf-8", { ignoreBOM: !isStart }).decode(whole);
    if (text !== "") yield text;
  }
  if (carried.length > 0) throw new NotUtf8Error(offset, carried[0]!);
}

/** The length without a last character whose end is missing. */
function completeLength(bytes: Uint8Array): number {
  for (let start = bytes.length - 1; start >= Math.max(0, bytes.length - 3); start--) {
    if (isContinuation(bytes[start]!)) continue;
    return start + characterLength(bytes[start]!) > bytes.length ? start : bytes.length;
  }
  return bytes.length;
}

/** Walks the characters to the first that is not one; `bytes` is known to hold one. */
function notUtf8(bytes: Uint8Array, offset: number): NotUtf8Error {
  let at = 0;
  for (;;) {
    const end = at + characterLength(bytes[at]!);
    if (!isUtf8(bytes.subarray(at, end))) return new NotUtf8Error(offset + at, bytes[at]!);
    at = end;
  }
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** The length that a lead byte announces; 1 for a byte that leads nothing, which is then refused by itself. */
function characterLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}
