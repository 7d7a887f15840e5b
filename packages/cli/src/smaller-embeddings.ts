import { parameterCount } from "@bort/arch";
import { type Corpus, pruneVocabulary, type Tokenizer, tokenCounts } from "@bort/data";
import { type Backend } from "@bort/graph";
import { evaluateMlm, type MlmModel, type MlmShape } from "@bort/nn";
import { cutVocabulary, factorizeEmbedding, headCounting, mlmTask } from "@bort/schubert-prune";
import { type NewBar } from "./progress.js";
import { documentsWithBar, openRunCorpus, type RunBatches } from "./run-corpus.js";
import { type RunFolder } from "./run-folder.js";

/** What is asked of a network's tables. */
export interface EmbeddingSizes {
  /** Tokens to keep. Default: all. */
  readonly vocabSize: number | undefined;
  /** Width of the tables. Default: as they are. */
  readonly embeddingSize: number | undefined;
  /** That narrower tables are fitted to. */
  readonly sampleBatches: number;
}

export interface EmbeddingPlace {
  readonly model: MlmModel;
  readonly tokenizer: Tokenizer;
  readonly run: RunFolder;
  readonly backend: Backend;
  readonly corpus: Corpus;
  readonly shape: MlmShape;
  /** Batches of the corpus in the tokens of a tokenizer. */
  readonly batches: (corpus: Awaited<ReturnType<typeof openRunCorpus>>) => RunBatches;
  readonly bars: NewBar;
  readonly signal: AbortSignal;
}

/** A network on the way to smaller tables. */
export interface EmbeddingStage {
  readonly vocabSize: number;
  readonly embeddingSize: number;
  /** The head's with them. */
  readonly parameters: number;
  /** On the corpus in the tokens that stay; of the network that was given only where it keeps all of them. */
  readonly validationLoss: number | null;
}

export interface SmallerEmbeddings {
  readonly model: MlmModel;
  readonly tokenizer: Tokenizer;
  /** The network that was given, and what each of the changes made of it. */
  readonly stages: readonly EmbeddingStage[];
}

/** Keeps a network's most frequent tokens, and then makes its tables narrower; throws what `pruneVocabulary`, `factorizeEmbedding` and `openRunCorpus` throw. */
export async function smallerEmbeddings(place: EmbeddingPlace, { vocabSize, embeddingSize, sampleBatches }: EmbeddingSizes): Promise<SmallerEmbeddings> {
  const { model: whole, backend, run, corpus, shape, bars, signal } = place;
  const { tokenizer, model: fewer } = vocabSize === undefined ? place : await mostFrequent(place, vocabSize);
  const prepared = await openRunCorpus(run, { corpus, tokenizer, signal, bars });
  try {
    const { train, validation } = place.batches(prepared);
    const lossOf = async (model: MlmModel): Promise<number> => (await evaluateMlm(backend, model, shape, validation)).loss;
    const stages = [stageOf(whole, vocabSize === undefined ? await lossOf(whole) : null)];
    if (vocabSize !== undefined) stages.push(stageOf(fewer, await lossOf(fewer)));
    if (embeddingSize === undefined) return { model: fewer, tokenizer, stages };
    const model = await factorizeEmbedding({ backend, model: fewer, task: mlmTask({ backend, shape, train, validation }), size: embeddingSize, batches: sampleBatches, signal });
    return { model, tokenizer, stages: [...stages, stageOf(model, await lossOf(model))] };
  } finally {
    prepared.close();
  }
}

async function mostFrequent({ model, tokenizer, corpus, bars, signal }: EmbeddingPlace, tokens: number): Promise<Pick<EmbeddingPlace, "model" | "tokenizer">> {
  const counts = await tokenCounts(tokenizer, documentsWithBar(corpus, bars, "tokens: counting"), { signal });
  const { tokenizer: smaller, keptIds } = pruneVocabulary(tokenizer, counts, { tokens });
  return { tokenizer: smaller, model: cutVocabulary(model, keptIds) };
}

const stageOf = ({ arch, head }: MlmModel, validationLoss: number | null): EmbeddingStage => ({
  vocabSize: arch.vocabSize, embeddingSize: arch.embedding?.size ?? arch.hiddenSize, parameters: parameterCount(arch, headCounting(head)).total, validationLoss,
});
