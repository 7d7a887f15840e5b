import { describe, expect, it } from "vitest";
import { pruningFindings } from "./pruning-findings.js";
import { pruningText } from "./pruning-tables.js";
import { type PrunedNetwork, type PruningCell } from "./study-pruning.js";

interface Figures {
  readonly loss: number;
  readonly accuracy?: number;
  readonly ratio?: number;
  readonly f?: readonly number[];
}

const network = (seed: number, parameters: number, { loss, accuracy = 0.5, ratio = 1, f = [4, 4, 4] }: Figures): PrunedNetwork => ({
  seed, parameters, sizes: { h: 8, f, a: f, k: f, v: f }, pace: { baseMs: 1, ownMs: 1, ratio: 1 }, tunedBaseSteps: 0, steps: 3, lossBefore: loss + 1, loss, accuracy, latency: { baseMs: 2, ownMs: 2 * ratio, ratio },
});
const cell = (arm: string, networks: readonly PrunedNetwork[], leastFraction = 0.1): PruningCell => ({ arm, fraction: 0.5, leastFraction, networks });

const study = {
  base: [network(0, 200, { loss: 3 }), network(1, 200, { loss: 4 }), network(2, 200, { loss: 5 })],
  cells: [
    cell("schubert-all", [network(0, 100, { loss: 5, accuracy: 0.6, ratio: 0.7, f: [1, 2, 3] }), network(1, 100, { loss: 6, accuracy: 0.7, ratio: 0.8, f: [3, 1, 2] }), network(2, 100, { loss: 7, accuracy: 0.8, ratio: 0.75 })]),
    cell("schubert-f", [], 0.55),
    cell("uniform", [network(0, 99, { loss: 5.5, ratio: 0.5 }), network(2, 99, { loss: 7.3, ratio: 0.9 })]),
    cell("layers", []),
    cell("l0", [network(1, 98, { loss: 6.5, ratio: 0.9 })]),
  ],
  rounds: [{ layers: 2, hiddenSize: 8, parameters: 200, alphaMs: 2, trainingMs: 4, cutSeconds: 1 }],
};
const findings = pruningFindings(study, { pretrainingSteps: [100] });
const [all, feedForward, uniform, layers, l0] = findings.summaries;

describe("pruningFindings", () => {
  it("has means with Student's interval over seeds, and none of one seed", () => {
    expect(all!.means!.loss.mean).toBeCloseTo(6, 12);
    expect(all!.means!.loss.interval!.high - 6).toBeCloseTo(4.30265 / Math.sqrt(3), 4);
    expect(all!.means!.parametersRemoved.mean).toBeCloseTo(0.5, 12);
    expect(l0!.means!.loss).toEqual({ mean: 6.5, interval: null });
    expect(all!.means!.lossBefore.mean).toBeCloseTo(7, 12);
    expect(findings.baseMeans!.parametersRemoved.mean).toBe(0);
  });

  it("pairs differences by seed, where both have it", () => {
    expect(all!.less.uniform!.loss.mean).toBeCloseTo((-0.5 - 0.3) / 2, 12);
    expect(all!.less.uniform!.accuracy.mean).toBeCloseTo(0.2, 12);
    expect(uniform!.less["schubert-all"]!.loss.mean).toBeCloseTo(0.4, 12);
    expect(l0!.less["schubert-all"]!.loss).toEqual({ mean: 0.5, interval: null });
    expect([all!.less["schubert-all"], all!.less.layers, l0!.less.uniform, layers!.less.uniform]).toEqual([null, null, null, null]);
  });

  it("claims a saving of time only where the interval lies below 1", () => {
    expect([all, uniform, l0].map((summary) => summary!.means!.isFaster)).toEqual([true, false, false]); // Of two seeds the interval is wide, of one there is none.
  });

  it("takes for no saving what the clock says of the base beside itself", () => {
    const noisy = study.base.map((each, i) => ({ ...each, latency: { ...each.latency, ratio: [0.5, 1, 1.5][i]! } })); // From -0.24 to 2.24.
    const { baseMeans, summaries } = pruningFindings({ ...study, base: noisy }, { pretrainingSteps: [100] });
    expect([baseMeans!.isFaster, ...summaries.map(({ means }) => means?.isFaster ?? false)]).toEqual([false, false, false, false, false, false]);
  });

  it("correlates f with the layer's number, seed by seed", () => {
    const common = { arm: "schubert-all", fraction: 0.5 };
    expect(findings.slants).toEqual([
      { ...common, seed: 0, spearman: expect.closeTo(1, 12), thirds: [1, 2, 3] }, { ...common, seed: 1, spearman: expect.closeTo(-0.5, 12), thirds: [3, 1, 2] },
      { ...common, seed: 2, spearman: null, thirds: [4, 4, 4] },
    ]);
  });

  it("has nothing of what is out of reach or not finished", () => {
    expect([feedForward!.means, layers!.means]).toEqual([null, null]);
    expect(pruningFindings({ base: [], cells: study.cells.map((each) => ({ ...each, networks: [] })), rounds: [] }, { pretrainingSteps: [1] })).toMatchObject({ baseMeans: null, slants: [], roundShares: [] });
  });
});

it("reads as tables that say what has no figures and why", () => {
  const lines = pruningText({ ...study, ...findings }).split("\n");
  const row = (start: string, among: RegExp): string => lines.find((line) => line.trimStart().startsWith(start) && among.test(line))!;
  expect(row("schubert-f", /out of reach/)).toMatch(/leaves 0\.550 at least/);
  expect(row("layers", /not finished/)).toBeDefined();
  expect(row("schubert-all", /25\.0%/)).toMatch(/0\.750 \(.*\) +25\.0% +yes/);
  expect(row("l0", /none shown/)).toMatch(/0\.900 +none shown +NO/);
  expect(row("2 ", /0\.500/)).toMatch(/2\.0 +4\.0 +0\.500 +1\.000/);
});
