import { describe, expect, it } from "vitest";
import { measureArch } from "./arch-benchmark.js";

describe("measureArch", () => {
  it("gives each subject's median between its slowest and its fastest repeat", () => {
    const rates = measureArch({ repeats: 3, repeatMs: 5 });
    expect(rates.map(({ subject }) => subject)).toEqual([
      "bert-base-uncased", "SuperShaper, 12 layers, merged", "schuBERT, 12 layers", "SuperShaper, from the shape",
    ]);
    for (const { median, least, most } of rates) {
      expect(least).toBeGreaterThan(0);
      expect(median).toBeGreaterThanOrEqual(least);
      expect(most).toBeGreaterThanOrEqual(median);
      expect(most).toBeLessThan(1e9);
    }
  });

  it("of one repeat gives that one", () => {
    for (const { median, least, most } of measureArch({ repeats: 1, repeatMs: 1 })) expect([least, most]).toEqual([median, median]);
  });

  it.each([{ repeats: 0 }, { repeats: 1.5 }, { repeatMs: 0 }, { repeatMs: Number.NaN }])("refuses %j", (options) => {
    expect(() => measureArch(options)).toThrow(expect.objectContaining({ code: "bench/bad-option" }));
  });
});
