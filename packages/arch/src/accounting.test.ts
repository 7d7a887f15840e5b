import { describe, expect, it } from "vitest";
import { type PaperAccounting } from "./accounting.js";
import { archOf, type ArchTuple } from "./arch-tuple.js";
import { wrongNodes } from "./check-receipt.js";
import { bertFrame, robertaFrame } from "./frames.js";
import { flops } from "./flops.js";
import { parameterCount } from "./parameter-count.js";
import { presetNamed, presets } from "./presets.js";
import { superShaperArch } from "./super-shaper-arch.js";

const doesNotApply = expect.objectContaining({ code: "arch/accounting-does-not-apply" });
const count = (name: string, accounting: PaperAccounting): number => parameterCount(presetNamed(name), { accounting }).total;

describe("bort-paper", () => {
  const eq13 = (tuple: ArchTuple, frame = robertaFrame): number => parameterCount(archOf(tuple, frame), { accounting: "bort-paper" }).total;

  it("is eq. 13", () => {
    expect(eq13([4, 8, 1024, 768])).toBe(76_161_024);
    expect(eq13([4, 8, 1024, 512])).toBe(74_062_848);
  });

  it("is the exact count and the rows of token types that are too many", () => {
    const exact = (name: string): number => parameterCount(presetNamed(name)).total;
    expect(count("bert-base-uncased", "bort-paper") - exact("bert-base-uncased")).toBe(768);
    expect(count("roberta-large", "bort-paper") - exact("roberta-large")).toBe(2048);
  });

  it.each([
    ["bort", 62.6],
    ["bert-base-uncased", 914],
    ["bert-large-uncased", 3248],
  ])("counts the operations of %s by eq. 12 as %f M a token", (name, millions) => {
    const perToken = flops(presetNamed(name), { sequence: 1, accounting: "bort-paper" }).total / 1e6;
    expect(Number(perToken.toPrecision(String(millions).replace(".", "").length))).toBe(millions);
    expect(flops(presetNamed(name), { sequence: 3, batch: 2, accounting: "bort-paper" }).total).toBe(6e6 * perToken);
  });

  it.each([["bort", 46.1], ["bert-base-uncased", 169.9], ["bert-large-uncased", 604.0]])("has for %s another count than the exact %f M of linear layers", (name, millions) => {
    const exact = flops(presetNamed(name), { sequence: 1, attention: false, pooler: false }).total / 1e6;
    expect(exact.toFixed(1)).toBe(millions.toFixed(1));
  });

  it.each(["albert-base-v2", "mobilebert", "electra-small", "schubert-99m", "supershaper-63m"])("does not apply to %s", (name) => {
    expect(() => count(name, "bort-paper")).toThrow(doesNotApply);
    expect(() => flops(presetNamed(name), { sequence: 8, accounting: "bort-paper" })).toThrow(doesNotApply);
  });
});

describe("schubert-paper", () => {
  it.each([["bert-base-uncased", 109.48], ["schubert-99m", 98.90], ["schubert-88m", 88.48], ["schubert-77m", 77.45], ["schubert-66m", 66.32],
    ["schubert-55m", 55.48], ["schubert-43m", 43.23], ["schubert-33m", 33.28]])("counts %s as %f M", (name, millions) => {
    expect((count(name, "schubert-paper") / 1e6).toFixed(2)).toBe(millions.toFixed(2));
  });
});

describe("supershaper-paper", () => {
  it.each([
    ["supershaper-33m", 33_189_360],
    ["supershaper-53m", 52_738_800],
    ["supershaper-63m", 63_413_280],
    ["supershaper-69m", 68_839_080],
    ["supershaper-80m", 80_251_968],
    ["supershaper-90.5m", 90_556_848],
    ["supershaper-96m", 96_499_152],
    ["supershaper-evo-1", 64_741_560],
    ["supershaper-evo-2", 63_413_280],
    ["supershaper-lower-triangle", 64_212_768],
    ["supershaper-rectangle", 58_078_800],
    ["supershaper-diamond", 63_798_048],
    ["supershaper-inverted-diamond", 64_513_440],
    ["supershaper-bottle", 63_545_808],
    ["supershaper-inverted-bottle", 63_544_512],
    ["supershaper-upper-triangle", 64_211_472],
    ["supershaper-random", 64_303_920],
    ["supershaper-backbone", 115_989_504],
  ])("counts %s as %i", (name, total) => {
    expect(count(name, "supershaper-paper")).toBe(total);
  });

  it("counts the misprinted random shape as 67,338,120", () => {
    const arch = superShaperArch([480, 360, 360, 540, 480, 540, 360, 480, 540, 120, 360, 540]);
    expect(parameterCount(arch, { accounting: "supershaper-paper" }).total).toBe(67_338_120);
  });

  it("differs from the exact count by the width of the head's norm, at most 1,296", () => {
    for (const [name, { arch }] of Object.entries(presets).filter(([key]) => key.startsWith("supershaper-") && key !== "supershaper-backbone")) {
      const exact = parameterCount(arch, { heads: { mlm: { decoder: false } } }).total;
      expect(exact - count(name, "supershaper-paper")).toBe(2 * (768 - arch.layers.at(-1)!.width!));
    }
  });

  it("counts merged and unmerged bottlenecks alike", () => {
    const shape = [24, 12, 36];
    const total = (merged: boolean): number => parameterCount(superShaperArch(shape, { merged }), { accounting: "supershaper-paper" }).total;
    expect(total(false)).toBe(total(true));
  });

  it("counts operations by the printed formula", () => {
    // d (4 (2 d + f + d)) + 2 s d, for each of s tokens
    const arch = superShaperArch([24, 36], { intermediate: 10 });
    const sequence = 5;
    const layer = (d: number): number => d * 4 * (2 * d + 10 + d) + 2 * sequence * d;
    const { total, receipt } = flops(arch, { sequence, batch: 2, accounting: "supershaper-paper" });
    expect(total).toBe(2 * sequence * (layer(24) + layer(36)));
    expect(wrongNodes(receipt)).toEqual([]);
  });

  it.each(["bert-base-uncased", "mobilebert"])("does not apply to %s", (name) => {
    expect(() => count(name, "supershaper-paper")).toThrow(doesNotApply);
    expect(() => flops(presetNamed(name), { sequence: 8, accounting: "supershaper-paper" })).toThrow(doesNotApply);
  });

  it("does not apply to shared layers", () => {
    const arch = { ...superShaperArch([24, 24], { merged: false }), sharing: [0, 0] };
    expect(() => parameterCount(arch, { accounting: "supershaper-paper" })).toThrow(doesNotApply);
  });
});

describe("receipts of the papers' accountings", () => {
  it.each<[string, PaperAccounting]>([["bort", "bort-paper"], ["schubert-88m", "schubert-paper"], ["supershaper-65m", "supershaper-paper"]])("of %s as %s come to the total", (name, accounting) => {
    const { total, receipt } = parameterCount(presetNamed(name), { accounting });
    expect(receipt.value).toBe(total);
    expect(wrongNodes(receipt)).toEqual([]);
  });

  it("of eq. 12 comes to the total", () => {
    const { total, receipt } = flops(archOf([2, 2, 8, 16], bertFrame), { sequence: 7, accounting: "bort-paper" });
    expect(receipt.value).toBe(total);
    expect(wrongNodes(receipt)).toEqual([]);
  });
});
