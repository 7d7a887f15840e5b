import { describe, expect, it } from "vitest";
import { archOf, type ArchTuple } from "./arch-tuple.js";
import { bortOperations, bortParameters } from "./bort-equations.js";
import { parameterCount } from "./parameter-count.js";
import { presetNamed } from "./presets.js";

const base: ArchTuple = [12, 12, 768, 3072];
const large: ArchTuple = [24, 16, 1024, 4096];
const roberta = { vocabSize: 50_265, positions: 514 };

describe("bortParameters (eq. 13)", () => {
  it("does not give the figures printed in Bort's Table 1", () => {
    expect(bortParameters([4, 8, 1024, 768], roberta)).toBe(76_161_024);
    expect(bortParameters([4, 8, 1024, 512], roberta)).toBe(74_062_848);
  });

  it("gives them with hidden and intermediate size swapped, and one matrix more", () => {
    expect(bortParameters([4, 8, 768, 1024], roberta) + 768 * 1024).toBe(56_139_520);
    expect(bortParameters([4, 8, 512, 1024], roberta) + 512 * 1024).toBe(35_199_488);
  });

  it("exceeds the exact counts by its surplus rows", () => {
    expect(bortParameters(base, { vocabSize: 30_522, positions: 512 }) - parameterCount(presetNamed("bert-base-uncased")).total).toBe(768);
    expect(bortParameters(large, roberta) - parameterCount(presetNamed("roberta-large")).total).toBe(2048);
  });

  it("is the exact count of three token types with a pooler", () => {
    const tuple: ArchTuple = [4, 8, 1024, 768];
    expect(parameterCount(archOf(tuple, { ...roberta, tokenTypes: 3, pooler: true })).total).toBe(bortParameters(tuple, roberta));
  });
});

describe("bortOperations (eq. 12)", () => {
  it.each<[string, ArchTuple, string]>([["Bort", [4, 8, 1024, 768], "62.6"], ["BERT-base", base, "914"], ["BERT-large", large, "3248"]])(
    "counts %s <%s> as %s million a token", (_, tuple, printed) => {
      const decimals = printed.split(".")[1]?.length ?? 0;
      expect((bortOperations(tuple) / 1e6).toFixed(decimals)).toBe(printed);
    });

  it("agrees with its own terms, added by hand for <1, 1, 2, 3>", () => {
    expect(bortOperations([1, 1, 2, 3])).toBe((24 + 4 + 9 + 63) + 6 + 6);
  });
});
