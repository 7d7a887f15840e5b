import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Corpus, openPreparedCorpus, type PreparedCorpus } from "@bort/data";
import { usageError } from "./cli-error.js";
import { type OptionValues } from "./options.js";
import { type NewBar } from "./progress.js";
import { openRunCorpus } from "./run-corpus.js";
import { type Supernet } from "./supernet-folder.js";
import { type CorpusOptions, corpusOptions } from "./training-options.js";

export interface SupernetTextOptions {
  readonly folder: string;
  readonly supernet: Supernet;
  /** Default: the text that the super-network was trained on. */
  readonly corpus: Corpus | undefined;
  readonly signal: AbortSignal;
  readonly bars: NewBar;
}

/** @throws CliError `cli/usage` where neither a corpus is named nor the run has its own, and for how a corpus is read where none is */
export function checkSupernetText(folder: string, options: OptionValues<CorpusOptions>): void {
  if (options.corpus.length > 0) return;
  const idle = (["documents", "field"] as const).find((name) => options[name] !== corpusOptions[name].read([], name));
  if (idle !== undefined) throw usageError(`--${idle} says how --corpus is read, and the super-network has its own text, which is read already; leave it out, or give --corpus`);
  if (!existsSync(join(folder, "corpus"))) throw usageError(`--corpus is missing, and ${folder} has no text of its own; see --help`);
}

/** Does work on the tokens of a super-network's own text, or of another corpus, whose tokens are removed afterwards. */
export async function withSupernetText<Result>({ folder, supernet: { tokenizer }, corpus, signal, bars }: SupernetTextOptions, work: (text: PreparedCorpus) => Promise<Result>): Promise<Result> {
  const temporary = corpus && mkdtempSync(join(tmpdir(), "bort-text-"));
  try {
    const prepared = corpus && temporary !== undefined
      ? await openRunCorpus({ at: (name) => join(temporary, name) }, { corpus, tokenizer, signal, bars })
      : openPreparedCorpus(join(folder, "corpus"), tokenizer);
    try {
      return await work(prepared);
    } finally {
      prepared.close();
    }
  } finally {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}
