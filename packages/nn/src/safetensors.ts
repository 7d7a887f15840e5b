import { createHash } from "node:crypto";
import { type Shape } from "@bort/graph";
import { writeFileAtomically } from "./atomic-write.js";
import { byteParts } from "./byte-parts.js";
import { NnError } from "./nn-error.js";
import { PartwiseFile } from "./partwise-file.js";
import { type Header, type HeaderEntry, parseHeader } from "./safetensors-header.js";
import { type StoredTensor, decodeFloats } from "./stored-tensor.js";

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
  const { tensors, metadata } = openSafetensors(path);
  const read = ([name, { shape, elementType, read }]: readonly [string, StoredTensor]): [string, NamedTensor] => {
    if (elementType !== "F32") throw notWhole(path)(`${name} is ${elementType} and only F32 can be read`);
    return [name, { shape, data: read() }];
  };
  return { tensors: Object.fromEntries([...tensors].map(read)), metadata };
}

/**
 * Reads the header of a safetensors file of any element type, and, where its metadata holds a hash, checks the contents against it.
 *
 * @throws NnError `nn/missing-path`; `nn/bad-safetensors` for a file that is cut short, malformed, or unlike its hash
 */
export function openSafetensors(path: string): { readonly tensors: ReadonlyMap<string, StoredTensor>; readonly metadata: Readonly<Record<string, string>> } {
  const file = new PartwiseFile(path);
  const bad = notWhole(path);
  if (file.sizeBytes < 8) throw bad(`it has ${file.sizeBytes} bytes`);
  const headerLength = Number(new DataView(file.read(0, 8).buffer).getBigUint64(0, true));
  if (headerLength > file.sizeBytes - 8) throw bad(`its header needs ${headerLength} bytes and ${file.sizeBytes - 8} are there`);
  const dataStart = 8 + headerLength;
  const { metadata, entries } = parseHeader(Buffer.from(file.read(8, dataStart)).toString("utf8"), file.sizeBytes - dataStart, bad);
  const { [HASH_KEY]: expected, ...rest } = metadata;
  if (expected !== undefined && hashOf({ metadata: rest, entries }, file.parts(dataStart, file.sizeBytes)) !== expected) {
    throw bad("its contents differ from the hash in it, so some of it has changed");
  }
  const stored = ({ dtype, shape, data_offsets: [start, end] }: HeaderEntry): StoredTensor =>
    ({ shape, elementType: dtype, read: () => decodeFloats(dtype, file.read(dataStart + start, dataStart + end)) });
  return { tensors: new Map(Object.entries(entries).map(([name, entry]) => [name, stored(entry)])), metadata };
}

const notWhole = (path: string) => (why: string): NnError => new NnError("nn/bad-safetensors", `nn: ${path} is not a whole safetensors file: ${why}; use another copy`);

function hashOf({ metadata, entries }: Header, data: Iterable<Uint8Array>): string {
  const hash = createHash("sha256").update(JSON.stringify([metadata, entries]));
  for (const bytes of data) for (const part of byteParts(bytes)) hash.update(part);
  return hash.digest("hex");
}
