/** Remainders of the Castagnoli polynomial, bits reversed, for each byte. */
const remainders: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  return remainder;
});

/** CRC-32C (RFC 3720, appendix B.4). */
export const crc32c = (bytes: Uint8Array): number => ~bytes.reduce((crc, byte) => (crc >>> 8) ^ remainders[(crc ^ byte) & 0xff]!, ~0) >>> 0;

/** TensorFlow turns and shifts a checksum that it stores, so that checksums of data that hold checksums mean something. */
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

/** One record of a TFRecord file: length in 8 bytes, its checksum, the data, their checksum. */
export function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return record;
}
