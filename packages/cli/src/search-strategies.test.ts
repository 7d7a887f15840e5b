import { gridSpace } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { readOptions } from "./read-options.js";
import { searchBy, strategyOptions, strategySettings, type StrategySettings } from "./search-strategies.js";

const settingsOf = (...args: string[]): StrategySettings => strategySettings(readOptions(args, strategyOptions).options);

describe("strategySettings", () => {
  it.each([
    [[], { strategy: "fptas", epsilon: 2 }],
    [["--epsilon", "3"], { strategy: "fptas", epsilon: 3 }],
    [["--offset", "0", "--filter-first", "--order-by", "flops"], { strategy: "fptas", epsilon: 2, offset: 0, "filter-first": true, "order-by": "flops" }],
    [["--strategy", "exhaustive"], { strategy: "exhaustive" }],
    [["--strategy", "random", "--trials", "7"], { strategy: "random", trials: 7 }],
    [["--strategy", "evolution", "--sample", "4"], { strategy: "evolution", trials: 20, sample: 4 }],
    [["--strategy", "halving", "--eta", "3", "--rungs", "2"], { strategy: "halving", eta: 3, rungs: 2 }],
  ])("reads %j", (args, settings) => {
    expect(settingsOf(...args)).toEqual(settings);
  });

  it.each([
    ["--strategy", "random", "--epsilon", "2"], ["--trials", "5"], ["--strategy", "random", "--population", "5"], ["--strategy", "exhaustive", "--eta", "2"],
    ["--strategy", "random", "--filter-first"],
  ])("refuses an option that the strategy does not read: %s %s %s %s", (...args) => {
    expect(() => settingsOf(...args.filter((each) => each !== undefined))).toThrow(expect.objectContaining({ code: "cli/usage", message: expect.stringContaining("leave it out") }));
  });
});

describe("searchBy", () => {
  it.each([
    ["fptas", ["--epsilon", "3"], 8], ["exhaustive", [], 24], ["random", ["--trials", "9"], 9], ["evolution", ["--trials", "12", "--population", "4"], 12],
    ["halving", ["--trials", "8", "--eta", "4"], 10],
  ] as const)("searches by %s, in as many trials as it is told", async (strategy, args, trials) => {
    const asked: (number | undefined)[] = [];
    const search = searchBy(settingsOf("--strategy", strategy, ...args), {
      space: gridSpace({ depth: [1, 2, 3], heads: [1, 2], hidden: [8, 16], intermediate: [8, 16] }), maximumPoint: { parameters: 1e6, latencyMs: 1e6 },
      hyperparameters: [0], steps: 3, seed: 1, flops: ([depth]) => depth,
      objectives: {
        parameters: ([depth, , hidden]) => depth * hidden, latenciesMs: async (archs) => archs.map(([depth]) => depth),
        error: async ([depth], _, { steps }) => {
          asked.push(steps);
          return depth;
        },
      },
    });
    for await (const event of search) if (event.type === "chosen") expect(event.extraction.trials).toHaveLength(trials);
    expect(asked).toHaveLength(trials);
    expect(new Set(asked)).toEqual(new Set(strategy === "halving" ? [3, 12] : [undefined]));
  });

  it("walks the space by the FPTAS as it is told: order, offset, and what leaves first", async () => {
    const chosen = async (...args: string[]): Promise<string[]> => {
      const search = searchBy(settingsOf(...args), {
        space: gridSpace({ depth: [1, 2], heads: [1, 3], hidden: [8, 9], intermediate: [8] }), maximumPoint: { parameters: 1e6, latencyMs: 1e6 },
        hyperparameters: [0], steps: 3, seed: 1, flops: ([depth, , hidden]) => -depth * hidden,
        objectives: { parameters: ([depth, , hidden]) => depth * hidden, latenciesMs: async (archs) => archs.map(() => 1), error: async () => 1 },
      });
      for await (const event of search) if (event.type === "selected") return event.candidates.map((arch) => arch.join());
      return [];
    };
    expect(await chosen("--epsilon", "3")).toEqual(await chosen("--epsilon", "3", "--offset", "2"));
    const every = await chosen("--epsilon", "1");
    expect(every).toEqual(["1,1,8,8", "1,1,9,8", "1,3,9,8", "2,1,8,8", "2,1,9,8", "2,3,9,8"]);
    expect(await chosen("--epsilon", "1", "--order-by", "flops")).toEqual(["2,1,9,8", "2,3,9,8", "2,1,8,8", "1,1,9,8", "1,3,9,8", "1,1,8,8"]);
    expect(await chosen("--epsilon", "2", "--filter-first", "--offset", "0")).toEqual([every[0], every[2], every[4]]);
    expect(await chosen("--epsilon", "2", "--offset", "0")).toEqual(["1,1,8,8", "1,1,9,8", "2,1,8,8", "2,1,9,8"]);
  });
});
