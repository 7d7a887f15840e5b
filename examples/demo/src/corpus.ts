import { join } from "node:path";
import { type MlmBatch, type MlmBatches, type PreparedCorpus, type Tokenizer, firstEpoch, mlmBatches, openTokenFile, prepareCorpus, validationBatches, writeTokenFile } from "@bort/data";
import { type MlmShape } from "@bort/nn";
import { type Prose, type ProseSplit, loadProse, textOf } from "@bort/prose";
import { type Context } from "./context.js";
import { type ModuleTask, moduleTask } from "./module-task.js";
import { shape, vocabSize } from "./plan.js";

/** Text to pre-train on, and the labelled task made from the same source. */
export interface DemoCorpus {
  readonly prose: Prose;
  readonly tokenizer: Tokenizer;
  readonly tokens: number;
  /** Training batches of a shape. */
  readonly batches: (shape: MlmShape) => MlmBatches;
  readonly validation: readonly MlmBatch[];
  readonly test: readonly MlmBatch[];
  readonly task: ModuleTask;
  /** Ends the use of the batches. */
  readonly close: () => void;
}

/** Most batches that a loss is measured on. */
const EVALUATION_BATCHES = 24;

/** Reads the prose below `nodeModules`, trains the vocabulary on its training part and tokenizes all three parts into `folder`. */
export async function loadCorpus({ console, seed, signal }: Context, nodeModules: string, folder: string): Promise<DemoCorpus> {
  const prose = await loadProse(nodeModules);
  console.line(`${prose.words.toLocaleString("en-US")} words in ${prose.sentences.toLocaleString("en-US")} sentences of documentation on this machine`);
  const splits = new Map(prose.documents.map((document) => [textOf(document), document.split]));
  const bar = console.progress("byte-level BPE vocabulary", vocabSize);
  const corpus = await prepareCorpus(folder, () => partsOf(prose, ["train", "validation"]), {
    tokenizer: { vocabSize },
    splitOf: (text) => (splits.get(text) === "train" ? "train" : "validation"),
    onProgress: ({ stage, done }) => stage === "vocabulary" && bar.update(done),
    signal,
  });
  bar.finish();
  const { tokenizer } = corpus;
  const testPath = join(folder, "test.tokens");
  await writeTokenFile(testPath, partsOf(prose, ["test"]), tokenizer, { signal });
  const test = openTokenFile(testPath, tokenizer);
  try {
    return {
      prose, tokenizer, tokens: corpus.train.tokens,
      batches: (shape) => mlmBatches(corpus.train, { ...shape, seed, tokenizer }),
      validation: evaluationBatches(corpus.validation, tokenizer),
      test: evaluationBatches(test, tokenizer),
      task: moduleTask(prose),
      close: corpus.close,
    };
  } finally {
    test.close();
  }
}

function partsOf(prose: Prose, splits: readonly ProseSplit[]): string[] {
  return prose.documents.filter(({ split }) => splits.includes(split)).map(textOf);
}

function evaluationBatches(tokens: PreparedCorpus["validation"], tokenizer: Tokenizer): MlmBatch[] {
  return firstEpoch(validationBatches(tokens, { ...shape, tokenizer }), EVALUATION_BATCHES);
}
