import { type TextExample } from "@bort/data";
import { type Tau } from "../agora-options.js";
import { wordsOf } from "./text-tau.js";

/**
 * Joins the first half of a text's words to the second half of another's, chosen at random among those of the same round; of pairs, text with text and pair
 * with pair. Nothing where there is one example alone.
 */
export const mixOfTwo: Tau = {
  name: "mix-of-two",
  transform: async (examples, { random }) => examples.map((example, i): TextExample | undefined => {
    if (examples.length < 2) return undefined;
    const other = examples[(i + 1 + random.integer(examples.length - 1)) % examples.length]!;
    return { text: joined(example.text, other.text), ...(example.pair !== undefined && { pair: joined(example.pair, other.pair ?? other.text) }) };
  }),
};

function joined(first: string, second: string): string {
  const [begin, end] = [wordsOf(first), wordsOf(second)];
  return [...begin.slice(0, Math.ceil(begin.length / 2)), ...end.slice(Math.floor(end.length / 2))].join(" ");
}
