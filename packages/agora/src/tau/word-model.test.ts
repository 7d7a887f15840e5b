import { onnxBackend } from "@bort/backend-onnx";
import { type TextExample, type Tokenizer } from "@bort/data";
import { type Backend, referenceBackend } from "@bort/graph";
import { beforeAll, describe, expect, it } from "vitest";
import { type Replacement } from "./likeliest-words.js";
import { bagOfWords, toyBytes, toyWordPiece } from "./toy-word-model.js";
import { wordModel, type WordModel } from "./word-model.js";
import { wordAt, wordPlaces, wordingOf } from "./wording.js";

let wordPiece: Tokenizer;
let bytes: Tokenizer;
let backend: Backend;
beforeAll(async () => {
  [wordPiece, bytes, backend] = [await toyWordPiece(), await toyBytes(), await onnxBackend({ threads: 1 })];
});

const signal = new AbortController().signal;
const likes = { plot: 0.02, actor: 0.01 };
const spelled = (replacements: readonly Replacement[]): string[] => replacements.map(({ word }) => word);

/** The likeliest replacements of one word of an example, where it is masked. */
async function likeliest(
  model: WordModel, example: TextExample, word: string, { top = 2, masked = true }: { readonly top?: number; readonly masked?: boolean } = {},
): Promise<string[]> {
  const wording = wordingOf(example);
  const places = wordPlaces(wording).filter((place) => wordAt(wording, place) === word);
  return spelled((await model.replacements([{ wording, places }], { top, masked, signal }))[0]![0]!);
}

/** A backend that counts its programs and their runs. */
function counting(inner: Backend): { readonly backend: Backend; readonly counts: { compiled: number; disposed: number; runs: number } } {
  const counts = { compiled: 0, disposed: 0, runs: 0 };
  const compile: Backend["compile"] = async (graph) => {
    const program = await inner.compile(graph);
    counts.compiled++;
    return {
      run: (feeds, into) => { counts.runs++; return program.run(feeds, into); },
      dispose: () => { counts.disposed++; return program.dispose(); },
    };
  };
  return { backend: { ...inner, compile }, counts };
}

describe.each([["WordPiece", () => wordPiece], ["byte-level BPE", () => bytes]])("a word model with %s", (_, tokenizerOf) => {
  let model: WordModel;
  beforeAll(() => { model = wordModel({ backend, tokenizer: tokenizerOf(), model: bagOfWords(tokenizerOf(), 128, likes) }); });

  it("answers from what the model sees, in both texts of a pair, and then from what it likes", async () => {
    expect(await likeliest(model, { text: "the good xxx was good was was" }, "xxx", { top: 5 })).toEqual(["was", "good", "the", "plot", "actor"]);
    expect(await likeliest(model, { text: "xxx", pair: "movie movie bad" }, "xxx", { top: 3 })).toEqual(["movie", "bad", "plot"]);
    expect(await likeliest(model, { text: "bad bad movie", pair: "xxx" }, "xxx", { top: 3 })).toEqual(["bad", "movie", "plot"]);
  });

  it("does not see a masked word, sees another, and never answers with the word itself", async () => {
    const [masked, seen] = [true, false].map((each) => likeliest(model, { text: "film" }, "film", { top: 2, masked: each }));
    expect(await masked).toEqual(["plot", "actor"]);
    expect(await seen).toEqual(["plot", "actor"]);
    const wording = wordingOf({ text: "xxx film" });
    const [[unseen]] = (await model.replacements([{ wording, places: wordPlaces(wording) }], { top: 1, masked: true, signal })) as [[Replacement[]]];
    expect(spelled(unseen)).toEqual(["plot"]);
    expect(await likeliest(model, { text: "xxx film" }, "xxx", { top: 1 })).toEqual(["film"]);
  });

  it("keeps a capital", async () => {
    expect(await likeliest(model, { text: "Xxx was" }, "Xxx", { top: 2 })).toEqual(["Was", "Plot"]);
  });

  it("knows the words that are a token", () => {
    const wording = wordingOf({ text: "movie (plotactor film" });
    expect(wordPlaces(wording).map((place) => model.isToken(wording, place))).toEqual([true, false, true]);
  });

  it("reads what is around a word of a text that is too long, with or without a pair", async () => {
    const far = "bad ".repeat(100);
    const short = wordModel({ backend, tokenizer: tokenizerOf(), model: bagOfWords(tokenizerOf(), 128, likes), maxLength: 24 });
    for (const text of [`${far}is is is xxx was was ${far}`, `${far}is is is xxx was was`, `is is is xxx was was ${far}`]) {
      const words = async (from: WordModel, example: TextExample): Promise<string[]> => (await likeliest(from, example, "xxx", { top: 3 })).slice(1).sort();
      expect(await words(short, { text })).toEqual(["is", "was"]); // After "bad", of which there is more in any window.
      expect(await words(short, { text, pair: `movie ${far}` })).toEqual(expect.arrayContaining(["is"]));
    }
    await short.close();
  });

  it("answers all words of many examples, each with its own, whatever batch it was in", async () => {
    const nouns = ["film", "movie", "plot", "actor"];
    const texts = Array.from({ length: 30 }, (_, i) => `${`xxx ${nouns[i % 4]!} `.repeat(1 + ((i * 7) % 11))}`);
    const questions = texts.map((text) => {
      const wording = wordingOf({ text });
      return { wording, places: wordPlaces(wording).filter((place) => wordAt(wording, place) === "xxx") };
    });
    const answers = await model.replacements(questions, { top: 1, masked: true, signal });
    answers.forEach((answer, i) => expect(answer.map(spelled)).toEqual(Array.from({ length: 1 + ((i * 7) % 11) }, () => [nouns[i % 4]])));
  });
});

describe("a word model", () => {
  it("gives on the engine what the reference gives", async () => {
    const wording = wordingOf({ text: "we like the xxx (movie), it was", pair: "Paris is bad" });
    const ask = (on: Backend): ReturnType<WordModel["replacements"]> =>
      wordModel({ backend: on, tokenizer: wordPiece, model: bagOfWords(wordPiece, 32, likes) })
        .replacements([{ wording, places: wordPlaces(wording) }], { top: 4, masked: false, signal });
    const [mine, reference] = [await ask(backend), await ask(referenceBackend())];
    expect(mine[0]!.map((each) => each.length)).toEqual(wordPlaces(wording).map(() => 4));
    mine[0]!.forEach((each, word) => each.forEach(({ probability }, i) => expect(probability).toBeCloseTo(reference[0]![word]![i]!.probability, 5)));
  });

  it("answers a question alike alone and beside longer ones", async () => {
    const model = wordModel({ backend, tokenizer: wordPiece, model: bagOfWords(wordPiece, 128) });
    const questions = ["xxx film", "xxx ".repeat(99)].map((text) => ({ wording: wordingOf({ text }), places: [{ text: 0, piece: 1 }] }));
    const options = { top: 3, masked: true, signal };
    const [alone, beside] = [await model.replacements(questions.slice(0, 1), options), await model.replacements(questions, options)];
    alone[0]![0]!.forEach(({ probability }, i) => expect(beside[0]![0]![i]!.probability).toBeCloseTo(probability, 5));
    await model.close();
  });

  it("compiles a program for each length in steps of 16 tokens, once, and disposes of all when it is closed", async () => {
    const { backend: counted, counts } = counting(backend);
    const model = wordModel({ backend: counted, tokenizer: wordPiece, model: bagOfWords(wordPiece, 40) });
    for (const words of [1, 5, 12, 16, 25, 37]) await likeliest(model, { text: "film ".repeat(words) }, "film");
    expect(counts).toMatchObject({ compiled: 3, disposed: 0 });
    await model.close();
    expect(counts).toMatchObject({ compiled: 3, disposed: 3 });
    await likeliest(model, { text: "film" }, "film");
    await model.close();
    await model.close();
    expect(counts).toMatchObject({ compiled: 4, disposed: 4 });
  });

  it("asks nothing where there is nothing to ask, and stops between batches", async () => {
    const { backend: counted, counts } = counting(backend);
    const abort = new AbortController();
    const stopping: Backend = { ...counted, compile: async (graph) => { abort.abort(new Error("enough")); return counted.compile(graph); } };
    const model = wordModel({ backend: stopping, tokenizer: wordPiece, model: bagOfWords(wordPiece, 32) });
    const options = { top: 1, masked: true, signal: abort.signal };
    const wording = wordingOf({ text: "film" });
    expect(await model.replacements([{ wording, places: [] }], options)).toEqual([[]]);
    expect(counts.runs).toBe(0);
    const questions = Array.from({ length: 20 }, () => ({ wording, places: wordPlaces(wording) }));
    await expect(model.replacements(questions, options)).rejects.toThrow("enough");
    expect(counts.runs).toBe(1);
  });

  it("refuses a tokenizer of another size and a length that the model cannot read", () => {
    const model = bagOfWords(wordPiece, 32);
    for (const options of [{ tokenizer: bytes }, { maxLength: 33 }, { maxLength: 4 }, { maxLength: 12.5 }]) {
      expect(() => wordModel({ backend, tokenizer: wordPiece, model, ...options })).toThrow(expect.objectContaining({ code: "agora/bad-option" }));
    }
  });
});
