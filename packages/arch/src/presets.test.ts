import { describe, expect, it } from "vitest";
import { formatTuple, tupleOf } from "./arch-tuple.js";
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
    const table = Object.entries(presets).map(([name, { arch }]) => `${name} <${formatTuple(tupleOf(arch)!)}>`);
    expect(table).toMatchInlineSnapshot(`
      [
        "bert-base-uncased <12,12,768,3072>",
        "bert-large-uncased <24,16,1024,4096>",
        "bert-mini <4,4,256,1024>",
        "bert-small <4,8,512,2048>",
        "bert-tiny <2,2,128,512>",
        "bort <4,8,1024,768>",
        "distilbert-base-uncased <6,12,768,3072>",
        "roberta-base <12,12,768,3072>",
        "roberta-large <24,16,1024,4096>",
        "tinybert-4 <4,12,312,1200>",
      ]
    `);
    for (const { source } of Object.values(presets)) expect(source).toMatch(/arXiv \d{4}\.\d{5}/);
  });
});

describe("presetNamed", () => {
  it("finds by exact name", () => {
    expect(presetNamed("bort")).toBe(presets.bort.arch);
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
