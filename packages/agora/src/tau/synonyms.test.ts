import { describe, expect, it } from "vitest";
import { synonyms } from "./synonyms.js";
import { scriptedWordModel, transformed } from "./toy-word-model.js";

const shouted = scriptedWordModel((word) => [{ word: word.toUpperCase(), probability: 1 }]);

describe("synonyms", () => {
  it("asks for words that are seen, of those that are one token", async () => {
    const model = scriptedWordModel((word) => [{ word: word.toUpperCase(), probability: 1 }], (word) => word.startsWith("o"));
    const [made] = await transformed(synonyms(model, { rate: 0.9, top: 3 }), [{ text: "one two or three", pair: "two only" }]);
    expect(made).toEqual({ text: "ONE two OR three", pair: "two ONLY" });
    expect(model.asked).toMatchObject([{ texts: ["[one] two [or] three", "two [only]"], options: { masked: false, top: 3 } }]);
  });

  it("replaces ceil(rate x words) of text and pair together, wherever they are, and nothing but words", async () => {
    const [text, pair] = ["@a.b_c (d) 'e'  f\n\tg—h;", "i #12 # j/k?"];
    const chosen = new Set<number>();
    for (let seed = 0; seed < 30; seed++) {
      const [made] = await transformed(synonyms(shouted, { rate: 0.21 }), [{ text, pair, label: "1" }], seed);
      const [before, after] = [text + pair, made!.text + made!.pair!];
      const changed = [...after].flatMap((character, i) => (character === before[i] ? [] : i));
      expect(changed).toHaveLength(3); // Of 10 words: the e follows an apostrophe, the 12 has no letter.
      expect(after.toLowerCase()).toBe(before);
      expect(Object.keys(made!).sort()).toEqual(["pair", "text"]);
      for (const place of changed) chosen.add(place);
    }
    expect(chosen.size).toBe(10);
  });

  it("is a function of its seed", async () => {
    const examples = [{ text: "a b c d e f g h" }, { text: "i j k l m" }];
    const made = await transformed(synonyms(shouted), examples, 1);
    expect(await transformed(synonyms(shouted), examples, 1)).toEqual(made);
    const others = await Promise.all([2, 3, 4].map((seed) => transformed(synonyms(shouted), examples, seed)));
    expect(others.some((other) => JSON.stringify(other) !== JSON.stringify(made))).toBe(true);
  });

  it("gives nothing for a text without a word to replace, in its place", async () => {
    const none = scriptedWordModel((word) => (word === "x" ? [] : [{ word: "z", probability: 1 }]), (word) => word !== "long");
    const made = await transformed(synonyms(none), ["", "y", "42 ...", "long", "x"].map((text) => ({ text })));
    expect(made).toEqual([undefined, { text: "z" }, undefined, undefined, undefined]);
  });

  it.each([{ rate: 0 }, { rate: 1 }, { rate: NaN }, { top: 0 }, { top: 1.5 }])("refuses %j", (options) => {
    expect(() => synonyms(shouted, options)).toThrow(expect.objectContaining({ code: "agora/bad-option" }));
  });
});
