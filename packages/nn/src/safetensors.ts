import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Shape } from "@bort/graph";
import { writeFileAtomically } from "./atomic-write.js";
import { NnError } from "./nn-error.js";
import { type Header, type HeaderEntry, parseHeader } from "./safetensors-header.js";

/** A float32 tensor of a file. */
export interface NamedTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
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
  writeFileAtomically(path, encodeSafetensors(tensors, metadata).parts);
}

/** The bytes that `writeSafetensors` writes, in parts, and the hash in their metadata. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, NamedTensor>>, metadata: Readonly<Record<string, string>>,
): { readonly parts: readonly Uint8Array[]; readonly sha256: string } {
  let end = 0;
  const entries = Object.fromEntries(Object.entries(tensors).map(([name, { shape, data }]): [string, HeaderEntry] =>
    [name, { dtype: "F32", shape, data_offsets: [end, (end += data.byteLength)] }]));
  const data = Object.values(tensors).map(({ data: { buffer, byteOffset, byteLength } }) => new Uint8Array(buffer, byteOffset, byteLength));
  const sha256 = hashOf({ metadata, entries }, data);
  const text = JSON.stringify({ __metadata__: { ...metadata, [HASH_KEY]: sha256 }, ...entries });
  const padded = Buffer.from(text + " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return { parts: [length, padded, ...data], sha256 };
}

export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, NamedTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a safetensors file of float32 tensors, whoever wrote it.
 *
 * @throws NnError `nn/missing-path`; `nn/bad-safetensors` for a file that is cut short, malformed, of another type, or unlike the hash in its metadata.
 */
export function readSafetensors(path: string): SafetensorsFile {
  const bytes = readFile(path);
  const bad = (why: string): NnError => new NnError("nn/bad-safetensors", `nn: ${path} is not a whole safetensors file: ${why}; use another copy`);
  if (bytes.length < 8) throw bad(`it has ${bytes.length} bytes`);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  if (headerLength > bytes.length - 8) throw bad(`its header needs ${headerLength} bytes and ${bytes.length - 8} are there`);
  const data = bytes.subarray(8 + headerLength);
  const { metadata, entries } = parseHeader(bytes.toString("utf8", 8, 8 + headerLength), data.length, bad);
  if (metadata[HASH_KEY] !== undefined) {
    const { [HASH_KEY]: expected, ...rest } = metadata;
    if (hashOf({ metadata: rest, entries }, [data]) !== expected) throw bad("its contents differ from the hash in it, so some of it has changed");
  }
  return { tensors: Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, { shape: entry.shape, data: floats(data, entry) }])), metadata };
}

/** A copy, so that the elements are aligned whatever the header's length is. */
const floats = (data: Buffer, { data_offsets: [start, end] }: HeaderEntry): Float32Array => new Float32Array(Uint8Array.from(data.subarray(start, end)).buffer);

function hashOf({ metadata, entries }: Header, data: readonly Uint8Array[]): string {
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
