import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataError, random } from "@bort/data";
import { documentedDeclarations, type DocumentedDeclaration } from "./declarations.js";
import { installedPackages, type InstalledPackage } from "./installed-packages.js";
import { commentSentences, markdownSentences } from "./sentences.js";

export type ProseSplit = "train" | "validation" | "test";

/** The prose of one declaration or of one README. */
export interface ProseDocument {
  readonly split: ProseSplit;
  /** Where it is from, below `node_modules`: `@types/node/fs.d.ts#readFile` or `vite/README.md`. */
  readonly source: string;
  /** The Node module that the declaration belongs to, for those of `@types/node`. */
  readonly module?: string;
  readonly sentences: readonly string[];
}

export interface Prose {
  readonly documents: readonly ProseDocument[];
  /** How many words the sentences have, between spaces. */
  readonly words: number;
  readonly sentences: number;
}

/** A document as one text. */
export const textOf = ({ sentences }: ProseDocument): string => sentences.join(" ");

/** A document before its split is known. */
interface Draft {
  /** Documents of one identity share a split. */
  readonly identity: string;
  /** The held-out shares hold within each stratum: a Node module, TypeScript's libraries, the READMEs. */
  readonly stratum: string;
  readonly source: string;
  readonly module?: string;
  readonly sentences: readonly string[];
}

/** The documents of one identity, as one thing to put in a split. */
interface Group {
  readonly identity: string;
  readonly stratum: string;
  /** A hash of the identity, in [0, 1). */
  readonly rank: number;
  sentences: number;
}

/** Shares of the sentences; more of the declarations is held out, because the module task takes its test examples from them. */
const HELD_OUT = { declarations: { test: 0.2, validation: 0.1 }, readmes: { test: 0.05, validation: 0.05 } } as const;

const READMES = "readmes";

/** The packages, with the files below them, whose comments are documentation in full sentences. */
const DOCUMENTED: ReadonlyMap<string, RegExp> = new Map([
  ["@types/node", /^(?!node_modules\/).*\.d\.ts$/],
  ["typescript", /^lib\/lib\..*\.d\.ts$/],
]);

/**
 * The prose on a machine after `npm ci`: the documentation comments of `@types/node` and of TypeScript's `lib.*.d.ts`, and the packages' READMEs.
 * A lock file gives one corpus: documents come in the order of `installedPackages` and of their files' paths. A sentence that was seen before, letter
 * case, digits and punctuation aside, is dropped, so that none is in two splits. Documents of one identity share a split, chosen by a hash of it: the
 * name of the declaration (near copies of a comment sit on declarations of one name: in `lib.dom` and `lib.webworker`, in `fs` and `fs/promises`, in
 * every typed array) or of the package.
 * Throws `data/missing-path` where there is no such folder and `data/empty-corpus` where it holds no prose.
 */
export async function loadProse(nodeModules: string): Promise<Prose> {
  const packages = await installedPackages(nodeModules);
  const drafts = (await Promise.all(packages.map((each) => packageDrafts(nodeModules, each)))).flat();
  const seen = new Set<string>();
  const distinct = drafts
    .map((draft) => ({ ...draft, sentences: draft.sentences.filter((sentence) => isNew(sentence, seen)) }))
    .filter((draft) => draft.sentences.length > 0);
  const splits = splitsOf(distinct);
  const documents = distinct.map(({ identity, source, module, sentences }): ProseDocument =>
    ({ split: splits.get(identity)!, source, ...(module === undefined ? {} : { module }), sentences }));
  if (documents.length === 0) {
    throw new DataError("data/empty-corpus", `data: ${nodeModules} holds no prose; install the workspace's packages with npm ci`);
  }
  const sentences = documents.flatMap((document) => document.sentences);
  return { documents, sentences: sentences.length, words: sentences.reduce((sum, sentence) => sum + sentence.split(" ").length, 0) };
}

/** Within a stratum, the identities come in the order of their hashes: the first are for the test, the next for validation, the rest for training. */
function splitsOf(drafts: readonly Draft[]): Map<string, ProseSplit> {
  const groups = new Map<string, Group>();
  const totals = new Map<string, number>();
  for (const { identity, stratum, sentences } of drafts) {
    const group = groups.get(identity) ?? { identity, stratum, rank: random(0, "prose-split", identity).uniform(), sentences: 0 };
    group.sentences += sentences.length;
    groups.set(identity, group);
    totals.set(group.stratum, (totals.get(group.stratum) ?? 0) + sentences.length);
  }
  const dealt = new Map<string, number>();
  const splits = new Map<string, ProseSplit>();
  for (const { identity, stratum, sentences } of [...groups.values()].sort((a, b) => a.rank - b.rank)) {
    const before = dealt.get(stratum) ?? 0;
    splits.set(identity, splitAt(before / totals.get(stratum)!, stratum === READMES ? HELD_OUT.readmes : HELD_OUT.declarations));
    dealt.set(stratum, before + sentences);
  }
  return splits;
}

function splitAt(share: number, { test, validation }: { readonly test: number; readonly validation: number }): ProseSplit {
  return share < test ? "test" : share < test + validation ? "validation" : "train";
}

/** Whether no sentence before had the same letters, case aside; remembers this one. */
export function isNew(sentence: string, seen: Set<string>): boolean {
  const before = seen.size;
  return seen.add(sentence.toLowerCase().replace(/[^a-z]+/g, " ").trim()).size > before;
}

async function packageDrafts(nodeModules: string, { name, path, files }: InstalledPackage): Promise<Draft[]> {
  const read = async (file: string): Promise<readonly [source: string, text: string]> =>
    [`${path}/${file}`, await readFile(join(nodeModules, path, file), "utf8")];
  const readmes = await Promise.all(files.filter((file) => /^readme\.(?:md|markdown)$/i.test(file)).map(read));
  const declarations = await Promise.all((await declarationFiles(join(nodeModules, path), name)).map(read));
  return [
    ...readmes.map(([source, text]): Draft => ({ identity: `package ${name}`, stratum: READMES, source, sentences: markdownSentences(text) })),
    ...declarations.flatMap(([source, text]) => declarationDrafts(source, text, name === "@types/node")),
  ];
}

async function declarationFiles(folder: string, name: string): Promise<string[]> {
  const wanted = DOCUMENTED.get(name);
  if (wanted === undefined) return [];
  const files = (await readdir(folder, { recursive: true })).map((file) => file.replaceAll("\\", "/"));
  return files.filter((file) => wanted.test(file)).sort();
}

/** One draft for each name that the file documents, in the order of the first comment; overloads share one. */
function declarationDrafts(source: string, text: string, ofNode: boolean): Draft[] {
  const comments = new Map<string, DocumentedDeclaration[]>();
  for (const each of documentedDeclarations(text, source)) {
    const key = `${each.module} ${each.name}`;
    comments.set(key, [...(comments.get(key) ?? []), each]);
  }
  return [...comments.values()].map((overloads): Draft => {
    const { module, name } = overloads[0]!;
    return {
      identity: `declaration ${name.replace(/Sync$/, "")}`,
      stratum: ofNode ? `module ${module.split("/")[0]!}` : "libraries",
      source: `${source}#${name}`,
      ...(ofNode ? { module } : {}),
      sentences: overloads.flatMap(({ comment }) => commentSentences(comment)),
    };
  });
}
