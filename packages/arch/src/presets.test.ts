import { describe, expect, it } from "vitest";
import { parameterCount } from "./parameter-count.js";
import { presetNamed, presets } from "./presets.js";

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

describe("presets", () => {
  it("are the published architectures, each with its source", () => {
    const table = Object.entries(presets).map(([name, { arch }]) => `${name} ${parameterCount(arch).total}`);
    expect(table).toMatchInlineSnapshot(`
      [
        "albert-base-v2 11683584",
        "bert-base-cased 108310272",
        "bert-base-multilingual-cased 177853440",
        "bert-base-multilingual-uncased 167356416",
        "bert-base-uncased 109482240",
        "bert-large-cased 333579264",
        "bert-large-uncased 335141888",
        "bert-medium 41373184",
        "bert-mini 11170560",
        "bert-of-theseus 66955008",
        "bert-small 28763648",
        "bert-tiny 4385920",
        "bort 75106304",
        "bort-paper 76158976",
        "distilbert-base-uncased 66362880",
        "electra-small 13483008",
        "minilm-l6-h384 22713216",
        "minilm-l6-h768 66955008",
        "mobilebert 24581888",
        "roberta-base 124645632",
        "roberta-large 355359744",
        "tinybert-4 14350248",
        "tinybert-6 66955008",
        "schubert-99m 98895320",
        "schubert-88m 88484742",
        "schubert-77m 77446880",
        "schubert-66m 66315266",
        "schubert-55m 55480782",
        "schubert-43m 43234640",
        "schubert-33m 33277770",
        "supershaper-33m 32598528",
        "supershaper-53m 52147128",
        "supershaper-63m 62821728",
        "supershaper-65m 64149888",
        "supershaper-69m 68247288",
        "supershaper-80m 79660296",
        "supershaper-90m 89965056",
        "supershaper-96m 95907024",
        "supershaper-lower-triangle 63620640",
        "supershaper-random 63712248",
        "supershaper-rectangle 57487488",
        "supershaper-inverted-diamond 63921312",
        "supershaper-bottle 62953680",
        "supershaper-diamond 63207216",
        "supershaper-upper-triangle 63620640",
        "supershaper-inverted-bottle 62953680",
        "supershaper-heuristic 60546288",
        "supershaper-backbone 121893888",
      ]
    `);
    for (const { source } of Object.values(presets)) expect(source).toMatch(/arXiv \d{4}\.\d{5}/);
  });

  it("agree with the sizes that their papers print", () => {
    const off = Object.entries(presets).flatMap(([name, { arch, printed }]) => {
      if (printed === undefined) return [];
      const millions = parameterCount(arch, { accounting: printed.accounting }).total / 1e6;
      return Math.abs(millions - printed.millions) <= 0.5 ? [] : [`${name}: ${millions.toFixed(2)}, printed ${printed.millions}`];
    });
    expect(off).toEqual(["bort-paper: 76.16, printed 56.14"]); // See docs/errata.md.
  });

  it("have no name or alias twice", () => {
    const names = Object.entries(presets).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("presetNamed", () => {
  it("finds by exact name", () => {
    expect(presetNamed("bort")).toBe(presets.bort.arch);
  });

  it("finds by the name on Hugging Face's hub", () => {
    expect(presetNamed("google/mobilebert-uncased")).toBe(presets.mobilebert.arch);
    expect(presetNamed("google-bert/bert-base-uncased")).toBe(presets["bert-base-uncased"].arch);
  });

  it("proposes near names", () => {
    expect(messageOf(() => presetNamed("bert-tinny"))).toBe('arch: no preset is named "bert-tinny"; use bert-tiny, bert-mini');
    expect(messageOf(() => presetNamed("Roberta-Base"))).toBe('arch: no preset is named "Roberta-Base"; use roberta-base, roberta-large');
    expect(messageOf(() => presetNamed("distilbert"))).toBe('arch: no preset is named "distilbert"; use distilbert-base-uncased');
  });

  it.each(["gpt-neo-1300000", "constructor", "__proto__"])("lists all names where none is near %j", (name) => {
    expect(() => presetNamed(name)).toThrow(expect.objectContaining({ code: "arch/unknown-preset" }));
    for (const known of Object.keys(presets)) expect(messageOf(() => presetNamed(name))).toContain(known);
  });
});
