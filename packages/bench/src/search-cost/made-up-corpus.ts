import { type PreparedCorpus, prepareCorpus, random } from "@bort/data";

/** A corpus of words that are made up of letters drawn at random, for work that does not depend on what the text says. */
export function madeUpCorpus(folder: string, vocabSize: number): Promise<PreparedCorpus> {
  const rng = random(0, "made-up corpus");
  const word = (): string => String.fromCharCode(...Array.from({ length: 2 + rng.integer(7) }, () => 97 + rng.integer(26)));
  const words = Array.from({ length: 4000 }, word);
  const documents = Array.from({ length: 400 }, () => Array.from({ length: 200 }, () => words[rng.integer(words.length)]!).join(" "));
  return prepareCorpus(folder, () => documents, { tokenizer: { vocabSize } });
}
