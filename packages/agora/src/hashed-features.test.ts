import { describe, expect, it } from "vitest";
import { FEATURE_PLACES, hashedFeatures } from "./hashed-features.js";

const common = hashedFeatures({ text: "" })[0]!;
const placesOf = (text: string, pair?: string): Set<number> => new Set(hashedFeatures({ text, ...(pair !== undefined && { pair }) }));

describe("hashedFeatures", () => {
  it("has a place for each word, each pair of neighbours, the start, and one for all texts", () => {
    expect(hashedFeatures({ text: "" })).toHaveLength(1);
    const [whole, left, right] = [placesOf("red fox ran"), placesOf("red fox"), placesOf("ran")];
    expect(whole.size).toBe(7); // Three words, three that something precedes, the common one.
    expect([...left].every((place) => whole.has(place))).toBe(true);
    expect([...right].filter((place) => !whole.has(place))).toHaveLength(1); // "ran" at the start.
  });

  it("ascends, without repetition, below the number of places", () => {
    const places = hashedFeatures({ text: "a b a b a b ".repeat(50), pair: "ẞ 漢字 😀 ?! naïve" });
    expect([...places]).toEqual([...new Set(places)].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    expect(places.at(-1)).toBeLessThan(FEATURE_PLACES);
  });

  it("does not depend on case and white space, but on order, signs and which text of a pair", () => {
    expect(placesOf(" The\tFox,ran")).toEqual(placesOf("the fox , RAN"));
    for (const other of [placesOf("fox the, ran"), placesOf("the fox ran"), placesOf("", "the fox, ran")]) expect(other).not.toEqual(placesOf("the fox, ran"));
    expect([...placesOf("fox")].filter((place) => placesOf("", "fox").has(place))).toEqual([common]);
  });

  it("spreads words over all places", () => {
    const used = new Set(Array.from({ length: 30_000 }, (_, i) => [...placesOf(`word${i}`)]).flat());
    expect(used.size).toBeGreaterThan(0.95 * FEATURE_PLACES); // Of 60,000 at random 97% would be hit.
  });
});
