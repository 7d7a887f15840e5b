import { type ArchFrame, archOf, bortSpace, flops, parameterCount } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { analyticFlops, analyticParameters } from "./analytic-surrogates.js";

const frame: ArchFrame = { vocabSize: 1000, positions: 64 };

describe("analyticParameters and analyticFlops", () => {
  const parameters = analyticParameters(frame);
  const operations = analyticFlops(frame, { sequence: 64 });

  it("agree with the counts of every point of Bort's space that can be built", () => {
    for (const tuple of bortSpace.valid()) {
      const arch = archOf(tuple, frame);
      expect(parameters(tuple)).toBe(parameterCount(arch).total);
      expect(operations(tuple)).toBe(flops(arch, { sequence: 64 }).total);
    }
  });

  it("answer for points that cannot be built", () => {
    expect(parameters([4, 12, 1024, 512])).toBe(parameters([4, 8, 1024, 512]));
    expect(operations([4, 12, 1024, 512])).toBe(operations([4, 8, 1024, 512]));
  });

  it("count heads when told to", () => {
    expect(analyticParameters(frame, { heads: { classifier: { labels: 3 } } })([2, 2, 64, 128])).toBeGreaterThan(parameters([2, 2, 64, 128]));
  });
});
