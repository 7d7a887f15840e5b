import { isJsonObject, type JsonObject } from "@bort/data";
import { sizeOf } from "@bort/graph";
import { type ElementType, elementBytes } from "./stored-tensor.js";

/** What a header says of one tensor. */
export interface HeaderEntry {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  /** Where its bytes begin and end, counted from the end of the header. */
  readonly data_offsets: readonly [number, number];
}

export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: Readonly<Record<string, HeaderEntry>>;
}

/**
 * Reads a header and checks it against the number of bytes that follow: the tensors must cover all of them, each byte once.
 *
 * Throws what `bad` makes of the reason.
 */
export function parseHeader(text: string, dataBytes: number, bad: (why: string) => Error): Header {
  const { __metadata__: metadata = {}, ...entries } = parseObject(text, bad);
  if (!isJsonObject(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) throw bad("its metadata is not a table of strings");
  for (const [name, entry] of Object.entries(entries)) checkEntry(name, entry, bad);
  const header = { metadata: metadata as Record<string, string>, entries: entries as Record<string, HeaderEntry> };
  checkCover(header.entries, dataBytes, bad);
  return header;
}

function parseObject(text: string, bad: (why: string) => Error): JsonObject {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw bad("its header is not JSON");
  }
  if (!isJsonObject(header)) throw bad("its header is not an object");
  const names = topLevelKeys(text);
  if (names.length > Object.keys(header).length) throw bad("its header names a tensor twice");
  return header;
}

/** The keys of the outermost object of a valid JSON text, as spelled, twice where they stand twice. */
function topLevelKeys(text: string): string[] {
  let depth = 0;
  return [...text.matchAll(/[[{]|[\]}]|"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([token, colon]) => {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    return depth === 1 && colon !== undefined;
  }).map(([key]) => key);
}

function checkEntry(name: string, entry: unknown, bad: (why: string) => Error): void {
  if (!isJsonObject(entry)) throw bad(`${name} is not described`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isElementType(dtype)) throw bad(`${name} is ${String(dtype)} and only ${Object.keys(elementBytes).join(", ")} can be read`);
  const sizes = (value: unknown): value is number[] => Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
  if (!sizes(shape) || !sizes(offsets) || offsets.length !== 2 || offsets[1]! - offsets[0]! !== elementBytes[dtype] * sizeOf(shape)) {
    throw bad(`${name} has a shape and offsets that do not agree`);
  }
}

function checkCover(entries: Header["entries"], dataBytes: number, bad: (why: string) => Error): void {
  const inOrder = Object.entries(entries).sort(([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1]);
  let end = 0;
  for (const [name, { data_offsets: [start, next] }] of inOrder) {
    if (start !== end) throw bad(`${name} begins at byte ${start} where the tensors before it end at ${end}`);
    end = next;
  }
  if (end !== dataBytes) throw bad(`its tensors need ${end} bytes and ${dataBytes} are there`);
}

const isElementType = (dtype: unknown): dtype is ElementType => typeof dtype === "string" && Object.hasOwn(elementBytes, dtype);
