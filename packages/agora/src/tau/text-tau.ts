import { type Random, type TextExample } from "@bort/data";
import { type Tau } from "../agora-options.js";

/** A tau that changes texts one by one; of a pair it changes both. The label stays out of the new example: Socrates gives it one. */
export function textTau(name: string, change: (text: string, random: Random) => string): Tau {
  return {
    name,
    transform: async (examples, { random }) => examples.map(({ text, pair }): TextExample =>
      ({ text: change(text, random), ...(pair !== undefined && { pair: change(pair, random) }) })),
  };
}

/** The words of a text, as its white space parts it. */
export const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");
