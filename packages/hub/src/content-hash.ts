import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** What the hub says of a file's content: the SHA-256 of a large one, the id of git's blob of a small one. */
export interface ContentHash {
  readonly kind: "sha256" | "git-sha1";
  readonly hex: string;
}

/** Reads an entity tag of the hub, quoted or weak; `undefined` where it is no hash. */
export function contentHashOf(etag: string | null): ContentHash | undefined {
  const [, hex] = /^(?:W\/)?"?([0-9a-f]{40}|[0-9a-f]{64})"?$/.exec(etag ?? "") ?? [];
  return hex === undefined ? undefined : { kind: hex.length === 64 ? "sha256" : "git-sha1", hex };
}

/** Whether a file of `sizeBytes` has this content. */
export async function hasContent(path: string, sizeBytes: number, { kind, hex }: ContentHash): Promise<boolean> {
  const hash = kind === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${sizeBytes}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex") === hex;
}
