import { crc32 } from "node:zlib";
import { type PartwiseFile } from "./partwise-file.js";

/** A file in an archive. */
export interface ZipEntry {
  readonly sizeBytes: number;
  /** Its bytes; throws where they do not have the checksum that the archive says. */
  readonly read: () => Uint8Array<ArrayBuffer>;
}

type Bad = (why: string) => Error;

const END_BYTES = 22;
const LONGEST_COMMENT_BYTES = 0xffff;
const ZIP64_LOCATOR_BYTES = 20;

/**
 * Lists the files of a zip archive by name, of entries that are stored as they are, which is what torch writes; Zip64 included (APPNOTE.TXT 6.3.10, section 4).
 *
 * Throws what `bad` makes of the reason.
 */
export function zipEntries(file: PartwiseFile, bad: Bad): ReadonlyMap<string, ZipEntry> {
  const { start, end, count } = directoryOf(file, bad);
  const bytes = file.read(start, end);
  const view = new DataView(bytes.buffer);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; entries.size < count; ) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) throw bad("its directory is damaged");
    const [nameBytes, extraBytes, commentBytes] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)];
    const next = at + 46 + nameBytes + extraBytes + commentBytes;
    if (next > bytes.length) throw bad("its directory is damaged");
    const name = Buffer.from(bytes.buffer, at + 46, nameBytes).toString("utf8");
    if (entries.has(name)) throw bad(`it holds ${JSON.stringify(name)} twice`);
    entries.set(name, entryAt(file, new DataView(bytes.buffer, at, next - at), name, bad));
    at = next;
  }
  return entries;
}

interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/** Where the list of files lies: the record of it is the last of the file but for a comment. */
function directoryOf(file: PartwiseFile, bad: Bad): Directory {
  const tailStart = Math.max(0, file.sizeBytes - END_BYTES - LONGEST_COMMENT_BYTES - ZIP64_LOCATOR_BYTES);
  const tail = new DataView(file.read(tailStart, file.sizeBytes).buffer);
  let at = tail.byteLength - END_BYTES;
  while (at >= 0 && !(tail.getUint32(at, true) === 0x06054b50 && at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength)) at--;
  if (at < 0) throw bad("it is no zip archive, or its end is missing");
  const short = { count: tail.getUint16(at + 10, true), size: tail.getUint32(at + 12, true), start: tail.getUint32(at + 16, true) };
  const hasLocator = at >= ZIP64_LOCATOR_BYTES && tail.getUint32(at - ZIP64_LOCATOR_BYTES, true) === 0x07064b50;
  const { count, size, start } = hasLocator ? zip64Directory(file, uint64(tail, at - ZIP64_LOCATOR_BYTES + 8), bad) : short;
  if (start + size > tailStart + at) throw bad("its directory is damaged");
  return { start, end: start + size, count };
}

function zip64Directory(file: PartwiseFile, position: number, bad: Bad): { count: number; size: number; start: number } {
  if (position + 56 > file.sizeBytes) throw bad("its directory is damaged");
  const record = new DataView(file.read(position, position + 56).buffer);
  if (record.getUint32(0, true) !== 0x06064b50) throw bad("its directory is damaged");
  return { count: uint64(record, 32), size: uint64(record, 40), start: uint64(record, 48) };
}

/** One entry of the directory; where its bytes begin is in a header in front of them. */
function entryAt(file: PartwiseFile, record: DataView, name: string, bad: Bad): ZipEntry {
  const [flags, method, checksum] = [record.getUint16(8, true), record.getUint16(10, true), record.getUint32(16, true)];
  if (method !== 0 || (flags & 1) !== 0) throw bad(`${JSON.stringify(name)} in it is ${method === 0 ? "encrypted" : "compressed"} and must be stored`);
  const { sizeBytes, storedBytes, header } = placeOf(record, bad);
  if (sizeBytes !== storedBytes || header + 30 + storedBytes > file.sizeBytes) throw bad(`${JSON.stringify(name)} in it is cut short`);
  const read = (): Uint8Array<ArrayBuffer> => {
    const local = new DataView(file.read(header, header + 30).buffer);
    const start = header + 30 + local.getUint16(26, true) + local.getUint16(28, true);
    if (local.getUint32(0, true) !== 0x04034b50 || start + sizeBytes > file.sizeBytes) throw bad(`${JSON.stringify(name)} in it is cut short`);
    const bytes = file.read(start, start + sizeBytes);
    if (crc32(bytes) !== checksum) throw bad(`${JSON.stringify(name)} in it has changed`);
    return bytes;
  };
  return { sizeBytes, read };
}

/** Sizes and position, in the extra field of Zip64 (section 4.5.3) where they do not fit into 32 bits. */
function placeOf(record: DataView, bad: Bad): { sizeBytes: number; storedBytes: number; header: number } {
  const [storedBytes, sizeBytes, header] = [record.getUint32(20, true), record.getUint32(24, true), record.getUint32(42, true)];
  let at = zip64Field(record);
  const wide = (value: number): number => {
    if (value !== 0xffffffff || at === undefined) return value;
    if (at + 8 > record.byteLength) throw bad("its directory is damaged");
    return uint64(record, (at += 8) - 8);
  };
  return { sizeBytes: wide(sizeBytes), storedBytes: wide(storedBytes), header: wide(header) };
}

/** Where the contents of the extra field of Zip64 begin. */
function zip64Field(record: DataView): number | undefined {
  const first = 46 + record.getUint16(28, true);
  const end = first + record.getUint16(30, true);
  for (let at = first; at + 4 <= end; at += 4 + record.getUint16(at + 2, true)) if (record.getUint16(at, true) === 1) return at + 4;
  return undefined;
}

const uint64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));
