import { parameterCount } from "@bort/arch";
import { pruneVocabulary, tokenCounts } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type Model } from "@bort/nn";
import { cutVocabulary, factorizeEmbedding, headCounting, type Metrics } from "@bort/schubert-prune";
import { type NewBar } from "./progress.js";
import { type PruningWork } from "./pruning-work.js";
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
  readonly work: PruningWork;
  readonly run: RunFolder;
  readonly backend: Backend;
  readonly bars: NewBar;
  readonly signal: AbortSignal;
}

/** A network on the way to smaller tables. */
export interface EmbeddingStage {
  readonly vocabSize: number;
  readonly embeddingSize: number;
  /** The head's with them. */
  readonly parameters: number;
  /** On what the network is for, in the tokens that stay; of the network that was given only where it keeps all of them. */
  readonly metrics: Metrics | null;
}

/** A network with its tokens. */
type ModelOfTokens = Pick<PruningWork, "model" | "tokenizer">;

export interface SmallerEmbeddings extends ModelOfTokens {
  /** The network that was given, and what each of the changes made of it. */
  readonly stages: readonly EmbeddingStage[];
}

/** Keeps a network's most frequent tokens, and then makes its tables narrower; throws what `pruneVocabulary`, `factorizeEmbedding` and opening the work throw. */
export async function smallerEmbeddings(place: EmbeddingPlace, { vocabSize, embeddingSize, sampleBatches }: EmbeddingSizes): Promise<SmallerEmbeddings> {
  const { work, backend, run, bars, signal } = place;
  const { tokenizer, model: fewer } = vocabSize === undefined ? work : await mostFrequent(place, vocabSize);
  const { task, close } = await work.open({ run, backend, bars, tokenizer });
  try {
    const stages = [stageOf(work.model, vocabSize === undefined ? await task.evaluate(work.model) : null)];
    if (vocabSize !== undefined) stages.push(stageOf(fewer, await task.evaluate(fewer)));
    if (embeddingSize === undefined) return { model: fewer, tokenizer, stages };
    const model = await factorizeEmbedding({ backend, model: fewer, task, size: embeddingSize, batches: sampleBatches, signal });
    return { model, tokenizer, stages: [...stages, stageOf(model, await task.evaluate(model))] };
  } finally {
    await close();
  }
}

async function mostFrequent({ work, bars, signal }: EmbeddingPlace, tokens: number): Promise<ModelOfTokens> {
  const { model, tokenizer } = work;
  const { tokenizer: smaller, keptIds } = pruneVocabulary(tokenizer, await tokenCounts(tokenizer, work.texts(bars), { signal }), { tokens });
  return { tokenizer: smaller, model: cutVocabulary(model, keptIds) };
}

const stageOf = ({ arch, head }: Model, metrics: Metrics | null): EmbeddingStage => ({
  vocabSize: arch.vocabSize, embeddingSize: arch.embedding?.size ?? arch.hiddenSize, parameters: parameterCount(arch, headCounting(head)).total, metrics,
});
