import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Shape, sizeOf } from "@bort/graph";
import { writeFileAtomically } from "./atomic-write.js";
import { NnError } from "./nn-error.js";

/** A float32 tensor of a file. */
export interface NamedTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Name of the metadata entry that holds the hash of everything else in the file. */
const HASH_KEY = "sha256";

/**
 * Writes a safetensors file: 8 bytes of header length, a JSON header, the tensors' bytes (little-endian). Its metadata holds a hash of
 * the tensors and of the rest of the header, so that a later change is noticed.
 *
 * @throws NnError `nn/write-failed`
 */
export function writeSafetensors(path: string, tensors: Readonly<Record<string, NamedTensor>>, metadata: Readonly<Record<string, string>> = {}): void {
  const entries: Record<string, HeaderEntry> = {};
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    entries[name] = { dtype: "F32", shape, data_offsets: [end, (end += bytes.length)] };
    parts.push(bytes);
  }
  const header = { __metadata__: { ...metadata, [HASH_KEY]: hashOf(metadata, entries, parts) }, ...entries };
  const text = JSON.stringify(header);
  const padded = Buffer.from(text + " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  writeFileAtomically(path, [length, padded, ...parts]);
}

export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, NamedTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a safetensors file of float32 tensors.
 *
 * @throws NnError `nn/bad-safetensors` for a file that is cut short, malformed, of another type, or unlike the hash in its metadata.
 */
export function readSafetensors(path: string): SafetensorsFile {
  const bytes = readFile(path);
  const bad = (why: string): NnError => new NnError("nn/bad-safetensors", `nn: ${path} is not a whole safetensors file: ${why}; use another copy`);
  if (bytes.length < 8) throw bad(`it has ${bytes.length} bytes`);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  if (headerLength > bytes.length - 8) throw bad(`its header needs ${headerLength} bytes and ${bytes.length - 8} are there`);
  const { metadata, entries } = parseHeader(bytes.toString("utf8", 8, 8 + headerLength), bad);
  const data = bytes.subarray(8 + headerLength);
  const covered = Object.values(entries).reduce((end, entry) => Math.max(end, entry.data_offsets[1]), 0);
  if (covered !== data.length) throw bad(`its tensors need ${covered} bytes and ${data.length} are there`);
  if (metadata[HASH_KEY] !== undefined) {
    const { [HASH_KEY]: expected, ...rest } = metadata;
    if (hashOf(rest, entries, [data]) !== expected) throw bad("its contents differ from the hash in it, so some of it has changed");
  }
  return { tensors: Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, { shape: entry.shape, data: floats(data, entry) }])), metadata };
}

function parseHeader(text: string, bad: (why: string) => NnError): { metadata: Record<string, string>; entries: Record<string, HeaderEntry> } {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw bad("its header is not JSON");
  }
  if (typeof header !== "object" || header === null) throw bad("its header is not an object");
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, HeaderEntry> & { __metadata__?: Record<string, string> };
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: offsets } = entry;
    if (dtype !== "F32") throw bad(`${name} is ${String(dtype)} and only F32 can be read`);
    const whole = Array.isArray(shape) && Array.isArray(offsets) && [...shape, ...offsets].every((n) => Number.isSafeInteger(n) && n >= 0);
    if (!whole || offsets[1] - offsets[0] !== 4 * sizeOf(shape)) throw bad(`${name} has a shape and offsets that do not agree`);
  }
  return { metadata, entries };
}

/** A copy, so that the elements are aligned whatever the header's length is. */
const floats = (data: Buffer, { data_offsets: [start, end] }: HeaderEntry): Float32Array => new Float32Array(Uint8Array.from(data.subarray(start, end)).buffer);

function hashOf(metadata: Readonly<Record<string, string>>, entries: Readonly<Record<string, HeaderEntry>>, data: readonly Uint8Array[]): string {
  const hash = createHash("sha256").update(JSON.stringify([metadata, entries]));
  for (const part of data) hash.update(part);
  return hash.digest("hex");
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new NnError("nn/missing-path", missing ? `nn: there is no file ${path}; check the path` : `nn: cannot read ${path}: ${(error as Error).message}`);
  }
}
