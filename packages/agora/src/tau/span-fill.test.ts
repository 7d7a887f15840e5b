import { onnxBackend } from "@bort/backend-onnx";
import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { spanFill } from "./span-fill.js";
import { bagOfWords, scriptedWordModel, toyBytes, transformed } from "./toy-word-model.js";
import { wordModel } from "./word-model.js";

const numbered = () => {
  let answers = 0;
  return scriptedWordModel(() => [{ word: `n${++answers}`, probability: 1 }]);
};

describe("spanFill", () => {
  it("fills a span from left to right, each word where those before it are seen", async () => {
    const model = scriptedWordModel((word, texts) => [{ word: texts[0]!.includes(word.toUpperCase()) ? "twice" : word.toUpperCase(), probability: 1 }]);
    const made = await transformed(spanFill(model, { words: 3, top: 4 }), [{ text: "a (b), 7 c!" }]);
    expect(made).toEqual([{ text: "A (B), 7 C!" }]);
    expect(model.asked.map(({ texts }) => texts)).toEqual([["[a] ([b]), 7 [c]!"], ["A ([b]), 7 [c]!"], ["A (B), 7 [c]!"]]);
    for (const { options } of model.asked) expect(options).toMatchObject({ masked: true, top: 4 });
  });

  it("takes each span of each text as often", async () => {
    const counts = new Map<string, number>();
    const model = scriptedWordModel(() => [{ word: "x", probability: 1 }]);
    const made = await transformed(spanFill(model, { words: 2 }), Array.from({ length: 600 }, () => ({ text: "a b c", pair: "d" })));
    for (const each of made) counts.set(`${each!.text} ${each!.pair}`, (counts.get(`${each!.text} ${each!.pair}`) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual(["a b c x", "a x x d", "x x c d"]);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(60);
  });

  it("gives one answer for each example, in order, and nothing for one without words", async () => {
    const made = await transformed(spanFill(numbered(), { words: 2 }), [{ text: "a b" }, { text: "..." }, { text: "c" }]);
    expect(made).toEqual([{ text: "n1 n4" }, undefined, { text: "n3" }]);
  });

  it("is a function of its seed", async () => {
    const examples = Array.from({ length: 8 }, () => ({ text: "a b c d e f g h" }));
    const made = await transformed(spanFill(numbered()), examples);
    expect(await transformed(spanFill(numbered()), examples)).toEqual(made);
    expect(await transformed(spanFill(numbered()), examples, 2)).not.toEqual(made);
  });

  it("lets a model see what it filled before, and not what was there", async () => {
    const tokenizer = await toyBytes();
    const model = wordModel({ backend: await onnxBackend({ threads: 1 }), tokenizer, model: bagOfWords(tokenizer, 64, { plot: 0.5, was: 0.4 }) });
    expect(await transformed(spanFill(model, { words: 3, top: 1 }), [{ text: "Bad bad bad" }])).toEqual([{ text: "Plot plot plot" }]);
    expect(await transformed(spanFill(model, { words: 3, top: 1 }), [{ text: "plot bad bad" }])).toEqual([{ text: "was was was" }]);
    await model.close();
  });

  it("stops where it is told to", async () => {
    const tokenizer = await toyBytes();
    const model = wordModel({ backend: await onnxBackend({ threads: 1 }), tokenizer, model: bagOfWords(tokenizer, 64) });
    await expect(spanFill(model).transform([{ text: "film" }], { random: random(1), signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });

  it.each([{ words: 0 }, { words: 1.5 }, { words: NaN }, { top: 0 }])("refuses %j", (options) => {
    expect(() => spanFill(numbered(), options)).toThrow(expect.objectContaining({ code: "agora/bad-option" }));
  });
});
