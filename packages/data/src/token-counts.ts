import { breather } from "./breather.js";
import type { Tokenizer } from "./tokenizer.js";

/** How to count tokens. */
export interface TokenCountsOptions {
  readonly signal?: AbortSignal;
}

/** How often each token stands in a stream of texts, by its id: [vocabSize]. An aborted `signal` throws its reason. */
export async function tokenCounts(
  tokenizer: Pick<Tokenizer, "vocabSize" | "encode">, texts: Iterable<string> | AsyncIterable<string>, { signal }: TokenCountsOptions = {},
): Promise<Float64Array> {
  const breathe = breather(signal);
  const counts = new Float64Array(tokenizer.vocabSize);
  for await (const text of texts) {
    for (const id of tokenizer.encode(text)) counts[id]!++;
    await breathe();
  }
  return counts;
}
