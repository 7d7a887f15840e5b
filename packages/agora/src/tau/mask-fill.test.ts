import { onnxBackend } from "@bort/backend-onnx";
import { describe, expect, it } from "vitest";
import { maskFill } from "./mask-fill.js";
import { bagOfWords, scriptedWordModel, toyBytes, toyWordPiece, transformed } from "./toy-word-model.js";
import { wordModel } from "./word-model.js";

describe("maskFill", () => {
  it("masks the chosen words at once and draws each by itself", async () => {
    const model = scriptedWordModel(() => [{ word: "x", probability: 0.5 }, { word: "y", probability: 0.5 }]);
    const made = await transformed(maskFill(model, { rate: 0.5, top: 2 }), Array.from({ length: 60 }, () => ({ text: "a b", pair: "c d" })));
    expect(model.asked).toHaveLength(60);
    for (const { texts, options } of model.asked) {
      expect(texts.join(" ").match(/\[\w\]/g)).toHaveLength(2);
      expect(options).toMatchObject({ masked: true, top: 2 });
    }
    const drawn = made.map((each) => `${each!.text} ${each!.pair}`.replace(/[ a-d]/g, ""));
    expect([...new Set(drawn)].sort()).toEqual(["xx", "xy", "yx", "yy"]);
  });

  it("takes a rate of 0.15 where none is given", async () => {
    const model = scriptedWordModel(() => [{ word: "x", probability: 1 }]);
    await transformed(maskFill(model), [{ text: "a ".repeat(21) }]);
    expect(model.asked[0]!.texts[0]!.match(/\[a\]/g)).toHaveLength(4);
  });

  it.each([["WordPiece", toyWordPiece], ["byte-level BPE", toyBytes]])("changes words alone of a text that %s reads otherwise", async (_, tokenizerOf) => {
    const tokenizer = await tokenizerOf();
    const model = wordModel({ backend: await onnxBackend({ threads: 1 }), tokenizer, model: bagOfWords(tokenizer, 64, { actor: 1 }) });
    const text = "  The FILM\u00a0(“naïve”), don’t @placeholder…\n# it # wasn't [MASK] 😀-bad ";
    const skeleton = (of: string): string => of.replace(/(?<![\p{L}\p{M}\p{N}'’])[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu, "w");
    for (let seed = 0; seed < 10; seed++) {
      const [made] = await transformed(maskFill(model, { rate: 0.3 }), [{ text, pair: text.toUpperCase() }], seed);
      expect(skeleton(made!.text)).toBe(skeleton(text));
      expect(skeleton(made!.pair!)).toBe(skeleton(text.toUpperCase()));
      expect(made).not.toEqual({ text, pair: text.toUpperCase() });
      expect(made!.pair!.match(/(?<![\p{L}\p{M}\p{N}'’])\p{L}/gu)!.join("")).toMatch(/^\p{Lu}+$/u);
    }
    await model.close();
  });

  it.each([{ rate: 0 }, { rate: -1 }, { rate: 1.2 }, { top: -1 }])("refuses %j", (options) => {
    expect(() => maskFill(scriptedWordModel(() => []), options)).toThrow(expect.objectContaining({ code: "agora/bad-option" }));
  });
});
