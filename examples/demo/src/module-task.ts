import { random, type TextExample } from "@bort/data";
import { isNew, type Prose, type ProseDocument, type ProseSplit } from "@bort/prose";
import { maskModuleNames } from "./mask-module-names.js";

/** Which Node module does a sentence of documentation belong to? */
export interface ModuleTask {
  /** The modules, from the one with the most sentences down. */
  readonly labels: readonly string[];
  readonly train: readonly TextExample[];
  readonly dev: readonly TextExample[];
  readonly test: readonly TextExample[];
}

/**
 * Builds the task from the `classes` modules of `@types/node` with the most sentences; every split has as many examples of each.
 * The names of all these modules are masked in every sentence, and sentences that are then equal are dropped. A sentence stays in the split of its
 * document: text to pretrain on is that of the split `train`, which holds no sentence of `dev` (the split `validation`) and `test`.
 */
export function moduleTask(prose: Prose, classes: number = 8): ModuleTask {
  const labels = largestModules(prose, classes);
  const seen = new Set<string>();
  const documents = prose.documents.map((document) => ({ split: document.split, examples: examplesOf(document, labels, seen) }));
  const examples = (split: ProseSplit): TextExample[] =>
    balanced(documents.flatMap((document) => document.split === split ? document.examples : []), labels);
  return { labels, train: examples("train"), dev: examples("validation"), test: examples("test") };
}

/** The module of a document without its parts: `fs` for `fs/promises`. */
function topModule({ module }: ProseDocument): string | undefined {
  return module?.split("/")[0];
}

function largestModules({ documents }: Prose, classes: number): string[] {
  const sentences = new Map<string, number>();
  for (const document of documents) {
    const module = topModule(document);
    if (module !== undefined) sentences.set(module, (sentences.get(module) ?? 0) + document.sentences.length);
  }
  return [...sentences].sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1)).slice(0, classes).map(([module]) => module);
}

function examplesOf(document: ProseDocument, labels: readonly string[], seen: Set<string>): TextExample[] {
  const label = topModule(document);
  if (label === undefined || !labels.includes(label)) return [];
  return document.sentences.map((sentence) => ({ text: maskModuleNames(sentence, labels), label })).filter(({ text }) => isNew(text, seen));
}

/** As many examples of each label as the rarest has, chosen and ordered by a hash of the text. */
function balanced(examples: readonly TextExample[], labels: readonly string[]): TextExample[] {
  const ranked = examples
    .map((example) => ({ example, rank: random(0, "module-task", example.text).uniform() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ example }) => example);
  const groups = labels.map((label) => ranked.filter((example) => example.label === label));
  const most = Math.min(...groups.map((group) => group.length));
  const chosen = new Set(groups.flatMap((group) => group.slice(0, most)));
  return ranked.filter((example) => chosen.has(example));
}
