import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type Corpus, DataError, type MlmBatch, type MlmBatches, type MlmBatchesOptions, type PreparedCorpus, type PrepareProgress, type Tokenizer, corpusFingerprint, documents,
  firstEpoch, mlmBatches, openPreparedCorpus, prepareCorpus, readTokenizerJson, validationBatches,
} from "@bort/data";
import { type MlmShape, writeFileAtomically } from "@bort/nn";
import { CliError } from "./cli-error.js";
import { type NewBar } from "./progress.js";
import { type RunFolder } from "./run-folder.js";

export interface RunCorpusOptions {
  readonly corpus: Corpus;
  /** The tokenizer to use, or the size of the vocabulary to train. */
  readonly tokenizer: Tokenizer | { readonly vocabSize: number };
  readonly signal: AbortSignal;
  readonly bars: NewBar;
}

/** Names and sizes of a corpus's files, which tell it from another. */
export const corpusFacts = ({ files }: Corpus): readonly { readonly name: string; readonly sizeBytes: number }[] =>
  files.map(({ path, sizeBytes }) => ({ name: basename(path), sizeBytes }));

/**
 * The tokens of a run's corpus, in `corpus/` of its folder: those of an earlier run, or made now. Where a vocabulary is trained, its
 * `tokenizer.json` is written to the run's folder before anything else is trained.
 *
 * @throws CliError `cli/other-run` where the folder holds the tokens of another corpus; what `prepareCorpus` and `openPreparedCorpus` throw
 */
export async function openRunCorpus(run: Pick<RunFolder, "at">, options: RunCorpusOptions): Promise<PreparedCorpus> {
  const { corpus, tokenizer, signal } = options;
  const folder = run.at("corpus");
  const manifest = join(folder, "corpus.json");
  const facts = JSON.stringify({ files: corpusFacts(corpus), vocabSize: tokenizer.vocabSize }, null, 2);
  if (existsSync(manifest)) {
    if (readFileSync(manifest, "utf8") !== facts) {
      throw new CliError("cli/other-run", `${folder} was made from another corpus or for another vocabulary; give the same ones, or another --out`);
    }
    const prepared = openIfWhole(folder, "encode" in tokenizer ? tokenizer : readTokenizerJson(readFileSync(run.at("tokenizer.json"), "utf8")));
    if (prepared !== undefined) return prepared;
  }
  const reading = readingBars(corpus, options.bars);
  const merging = vocabularyBar(options.bars);
  const prepared = await prepareCorpus(folder, reading, {
    tokenizer, signal, source: corpusFingerprint(corpus),
    onProgress: ({ stage, done, total }) => {
      if (stage === "vocabulary") merging(done, total ?? 0);
    },
  });
  writeFileAtomically(run.at("tokenizer.json"), prepared.tokenizer.toJson());
  writeFileAtomically(manifest, facts);
  return prepared;
}

/** `undefined` where a file is missing: one that was damaged may have been deleted, as the error that named it says, to be made again. */
function openIfWhole(folder: string, tokenizer: Tokenizer): PreparedCorpus | undefined {
  try {
    return openPreparedCorpus(folder, tokenizer);
  } catch (error) {
    if (error instanceof DataError && error.code === "data/missing-path") return undefined;
    throw error;
  }
}

const labels: Readonly<Record<PrepareProgress["stage"], string>> = { vocabulary: "words", train: "tokens: training", validation: "tokens: validation" };

/** The documents of a corpus, each pass over it with a bar of its own. */
const readingBars = (corpus: Corpus, bars: NewBar): ((stage: PrepareProgress["stage"]) => AsyncIterable<string>) => (stage) => documentsWithBar(corpus, bars, labels[stage]);

/** The documents of a corpus, with a bar of the kilobytes that are read. */
export async function* documentsWithBar(corpus: Corpus, bars: NewBar, label: string): AsyncGenerator<string, void> {
  const total = Math.ceil(corpus.sizeBytes / 1000);
  const bar = bars(`${label} (kB)`, total);
  let sizeBytes = 0;
  for await (const document of documents(corpus)) {
    sizeBytes += Buffer.byteLength(document);
    bar.update(Math.min(total, Math.floor(sizeBytes / 1000)));
    yield document;
  }
  bar.update(total); // Empty lines count too.
  bar.finish();
}

function vocabularyBar(bars: NewBar): (done: number, total: number) => void {
  let bar: ReturnType<NewBar> | undefined;
  return (done, total) => {
    bar ??= bars("vocabulary", total);
    bar.update(done);
    if (done === total) bar.finish();
  };
}

/** The batches that a run trains on and those that it is measured on. */
export interface RunBatches {
  readonly train: MlmBatches;
  readonly validation: readonly MlmBatch[];
}

/** The shape of batches, and how they are packed and masked where that is not as by default. */
export type BatchForm = MlmShape & Pick<MlmBatchesOptions, "packing" | "wordStarts">;

/** Batches of a form: endless shuffled ones, and up to `most` fixed ones of the validation part; @throws DataError `data/corpus-too-small` */
export function batchesOf({ train, validation, tokenizer }: PreparedCorpus, form: BatchForm, seed: number, most: number): RunBatches {
  return {
    train: mlmBatches(train, { ...form, seed, tokenizer }),
    validation: firstEpoch(validationBatches(validation, { ...form, tokenizer }), most),
  };
}
