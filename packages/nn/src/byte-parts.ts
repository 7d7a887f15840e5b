/** Bytes that one call of the file system or of a hash takes, which is below 2^31 for both. */
const PART_BYTES = 2 ** 30;

/** The same bytes in parts that are short enough for one call. */
export function* byteParts(bytes: Uint8Array, mostBytes: number = PART_BYTES): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += mostBytes) yield bytes.subarray(at, at + mostBytes);
}
