import { createHash } from "node:crypto";
import { corpusFingerprint, documents, openCorpus, splitOf } from "@bort/data";
import { loadProse, textOf } from "@bort/prose";

/** Text to train on, and which of it is held out. */
export interface TextSource {
  readonly name: string;
  /** Tells it from another. */
  readonly fingerprint: string;
  documents(): AsyncIterable<string> | Iterable<string>;
  splitOf(document: string): "train" | "validation";
}

/** The documentation in the packages below `nodeModules`; throws what `loadProse` throws. */
export async function installedText(nodeModules: string): Promise<TextSource> {
  const prose = await loadProse(nodeModules);
  const splits = new Map(prose.documents.map((document) => [textOf(document), document.split]));
  const hash = createHash("sha256");
  for (const [text, split] of splits) hash.update(`${split} ${text}\n`);
  return {
    name: `${prose.words.toLocaleString("en-US")} words of documentation in the installed packages`,
    fingerprint: hash.digest("hex"),
    documents: () => splits.keys(),
    splitOf: (document) => (splits.get(document) === "train" ? "train" : "validation"),
  };
}

/** Files and folders of text, a share of whose documents is held out; throws what `openCorpus` throws. */
export async function ownText(paths: readonly string[], heldOutShare: number): Promise<TextSource> {
  const corpus = await openCorpus(paths);
  return {
    name: `${(corpus.sizeBytes / 1e6).toFixed(1)} MB in ${corpus.files.length} ${corpus.files.length === 1 ? "file" : "files"}`,
    fingerprint: corpusFingerprint(corpus),
    documents: () => documents(corpus),
    splitOf: (document) => splitOf(document, heldOutShare),
  };
}
