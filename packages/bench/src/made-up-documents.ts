import { random } from "@bort/data";

/** Documents in which each word is followed by one of two. */
export function madeUpDocuments(): string[] {
  const words = ["one", "two", "three", "four", "five", "six", "seven"];
  const rng = random(0, "documents");
  return Array.from({ length: 120 }, () => {
    let word = rng.integer(7);
    return Array.from({ length: 60 }, () => words[(word = (2 * word + rng.integer(2)) % 7)]!).join(" ");
  });
}
