import { type MlmBatch, type PreparedCorpus } from "@bort/data";
import { type MlmEvaluation } from "@bort/nn";

/** Tokens that are read at once, and counted at most. */
const CHUNK = 2 ** 20;
const MOST_COUNTED = 2 ** 26;

/**
 * What knowing how often each token occurs is worth, and nothing of the text around it: the loss of the frequencies in the training part, each token counted
 * once more than it occurs, and the accuracy of always naming the most frequent one. Each masked place of `batches` counts alike.
 */
export function unigramBaseline(corpus: Pick<PreparedCorpus, "train" | "tokenizer">, batches: readonly MlmBatch[]): MlmEvaluation {
  const counts = tokenCounts(corpus);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mostFrequent = counts.indexOf(Math.max(...counts));
  const labels = batches.flatMap(({ labels, weights }) => [...labels].filter((_, place) => weights[place]! > 0));
  const loss = labels.reduce((sum, label) => sum - Math.log(counts[label]! / total), 0) / labels.length;
  return { loss, accuracy: labels.filter((label) => label === mostFrequent).length / labels.length };
}

/** By token; none for special ones, which are never masked. */
function tokenCounts({ train, tokenizer: { vocabSize, special } }: Pick<PreparedCorpus, "train" | "tokenizer">): Float64Array {
  const counts = new Float64Array(vocabSize).fill(1);
  const end = Math.min(train.tokens, MOST_COUNTED);
  for (let start = 0; start < end; start += CHUNK) {
    for (const id of train.read(start, Math.min(CHUNK, end - start))) counts[id]!++;
  }
  for (const id of Object.values(special)) counts[id] = 0;
  return counts;
}
