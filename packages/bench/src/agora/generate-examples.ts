import { augment, type AugmentOptions } from "@bort/agora";
import { random, type TextExample } from "@bort/data";
import { BenchError } from "../bench-error.js";

/** Draws in a row that may yield nothing, before it is said that tau makes nothing. */
const MOST_ATTEMPTS = 50;

/** So many new examples, made by tau of examples drawn at random and labelled by Socrates; @throws BenchError `bench/no-examples` where tau leaves every text as it is */
export async function generateExamples(
  sources: readonly TextExample[], count: number, { seed, ...options }: Pick<AugmentOptions, "seed" | "socrates" | "tau">,
): Promise<readonly TextExample[]> {
  const made: TextExample[] = [];
  for (let attempt = 0; made.length < count; attempt++) {
    if (attempt === MOST_ATTEMPTS) throw new BenchError("bench/no-examples", `bench: ${count} examples were to be made by ${options.tau.name}, got ${made.length}; take another tau`);
    const rng = random(seed, "sources", attempt);
    const drawn = Array.from({ length: count - made.length }, () => sources[rng.integer(sources.length)]!);
    made.push(...(await augment(drawn, { ...options, seed, keys: ["tau alone", attempt] })).examples);
  }
  return made;
}
