import { type ArchTuple, gridSpace } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { analyticFlops, analyticParameters } from "./analytic-surrogates.js";
import { extract } from "./extract.js";
import { bortPaper, demo } from "./presets.js";
import { followed } from "./toy-search.js";

const robertaFrame = { vocabSize: 50_265, positions: 514, tokenTypes: 1, pooler: true };
const tableOne: readonly ArchTuple[] = [[4, 8, 1024, 768], [4, 16, 1024, 512], [4, 8, 1024, 512]];

describe("bortPaper", () => {
  it("selects 180 candidates with the three rows of Table 1, spread into a search", async () => {
    const parameters = analyticParameters(robertaFrame);
    const work = analyticFlops(robertaFrame, { sequence: bortPaper.training.shape.sequenceLength });
    const large: ArchTuple = [24, 16, 1024, 4096];
    const { events, result } = await followed(extract({
      ...bortPaper.search,
      maximumPoint: { parameters: parameters(large), latencyMs: work(large) },
      objectives: { parameters, latenciesMs: async (archs) => archs.map(work), error: async () => 1 },
    }));
    expect(events[0]).toMatchObject({ type: "selected", gridSize: 360, spaceSize: 300, candidates: { length: 180 } });
    expect(result.trials.map(({ arch }) => arch)).toEqual(expect.arrayContaining([...tableOne]));
    expect(result.trials).toHaveLength(180);
  });

  it("has the settings of the paper", () => {
    expect(bortPaper).toMatchObject({
      search: { epsilon: 2, hyperparameters: [{ learningRate: 5e-4, warmupRatio: 0.05 }] },
      training: { steps: 3, shape: { batchSize: 1024, sequenceLength: 512 }, maxGradientNorm: 1 },
    });
  });
});

describe("demo", () => {
  it("is small enough to be tried and lies below the demo's teacher", () => {
    const frame = { vocabSize: 2048, positions: 64 };
    const { space, epsilon } = demo.search;
    expect([...space.valid()].length / epsilon).toBeLessThanOrEqual(36);
    const largest = Math.max(...[...space.valid()].map(analyticParameters(frame)));
    expect(largest).toBeLessThanOrEqual(analyticParameters(frame)([4, 4, 128, 512]));
    expect(gridSpace(space.lists).size).toBe(space.size);
  });
});
