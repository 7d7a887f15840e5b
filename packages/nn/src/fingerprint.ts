import { type TypedArray } from "@bort/graph";
import { createHash } from "node:crypto";
import { byteParts } from "./byte-parts.js";

/** Sixteen hexadecimal digits that tell arrays of other elements apart: of their bytes, in the order given, by SHA-256. */
export function fingerprint(...arrays: readonly TypedArray[]): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of arrays) {
    hash.update(`${byteLength} `);
    for (const part of byteParts(new Uint8Array(buffer, byteOffset, byteLength))) hash.update(part);
  }
  return hash.digest("hex").slice(0, 16);
}
