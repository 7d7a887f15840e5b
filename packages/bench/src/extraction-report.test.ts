import { archOf, formatTuple, gridSpace, parameterCount } from "@bort/arch";
import { random } from "@bort/data";
import { certificateOf, type FailedTrial, paretoFront, type RejectedCandidate, type ScoredTrial, type SearchResult, wCoefficient } from "@bort/fptas";
import { describe, expect, it } from "vitest";
import { extractionReport, type ExtractionReportOptions } from "./extraction-report.js";
import { renderReport, type Section } from "./report/report.js";
import { type ScatterChart } from "./report/scatter-chart.js";

const frame = { vocabSize: 500, positions: 32 };
const maximumPoint = { parameters: 1e6, latencyMs: 40 };
const space = [...gridSpace({ depth: [2, 4], heads: [2, 4], hidden: [16, 32, 64], intermediate: [32, 64] })];
const rng = random(5, "trials");
const trials = space.map((arch): ScoredTrial => {
  const measured = { parameters: parameterCount(archOf(arch, frame)).total, latencyMs: arch[0] * 2 + 4 * rng.uniform(), error: 2 + 4 * rng.uniform() };
  const scored = wCoefficient(measured, maximumPoint);
  return { status: "scored", arch, theta: 0, ...measured, w: scored.status === "scored" ? scored.w : Number.NaN, seconds: 1 };
}).sort((a, b) => b.w - a.w);
const failed: FailedTrial = { status: "failed", arch: [1, 1, 8, 8], theta: 0, parameters: 9, latencyMs: 3, reason: "its error is NaN", seconds: 1 };
const rejected: RejectedCandidate = { arch: [9, 1, 8, 8], parameters: 2e6, reason: "more-parameters" };
const found: SearchResult = {
  chosen: trials[0]!.arch, theta: 0, w: trials[0]!.w, trials, failed: [failed], rejected: [rejected], maximumPoint, errorFloor: 1e-7, spaceSize: 48,
};
const extraction: ExtractionReportOptions["extraction"] = { ...found, epsilon: 2 };

const section = (options: Partial<ExtractionReportOptions>, heading: string): Section | undefined =>
  extractionReport({ extraction, ...options }).sections.find((each) => each.heading === heading);
const repeated = (spread: number, of: readonly ScoredTrial[] = trials): ScoredTrial[] => of.map((trial) => ({ ...trial, errors: [-spread, 0, spread].map((e) => trial.error + e) }));
const ranking = (changed: Partial<ExtractionReportOptions["extraction"]>, level = 0.95): Section => section({ extraction: { ...extraction, ...changed }, level }, "Ranking by W")!;

describe("the ranking", () => {
  it("has a row for every candidate and the maximum point, in the order of the search", () => {
    const { rows, highlightRow } = section({}, "Ranking by W")!.table!;
    expect(rows.map(([name]) => name)).toEqual([...trials.map(({ arch }) => formatTuple(arch)), "1,1,8,8", "9,1,8,8", "maximum point"]);
    expect(rows[0]).toEqual([formatTuple(trials[0]!.arch), trials[0]!.parameters, trials[0]!.latencyMs, trials[0]!.error, trials[0]!.w, "chosen"]);
    expect(rows.at(-3)!.at(-1)).toBe("failed: its error is NaN");
    expect(rows.at(-2)).toEqual(["9,1,8,8", 2e6, null, null, null, "larger than the maximum point"]);
    expect(highlightRow).toBe(0);
  });

  it("shows the interval of every trial with several seeds, and whether the first two are separated", () => {
    const text = (spread: number): string => ranking({ trials: repeated(spread) }).text![0]!;
    expect(text(1e-6)).toMatch(new RegExp(`^${formatTuple(trials[0]!.arch)} \\(W .*\\) leads ${formatTuple(trials[1]!.arch)} .* 3 seeds each; at the 95% level the first is separated`));
    expect(text(1.5)).toContain("the first is not separated from the second");
    const { rows, columns } = ranking({ trials: repeated(0.1) }).table!;
    expect(columns.map(({ label }) => label)).toContain("95% interval of W");
    expect(rows.map((row) => row[5])).toEqual([...trials.map(() => expect.stringMatching(/^[\d.]+ to [\d.]+$/)), null, null, null]);
  });

  it("says where it cannot be known, and where there is a tie", () => {
    expect(ranking({}).text![0]).toContain("not known");
    expect(ranking({ trials: repeated(0.1, [trials[0]!]) }).text![0]).toContain("no second candidate");
    expect(ranking({ trials: repeated(0.1, [trials[0]!, trials[0]!]) }, 0.9).text![0]).toContain("at the 90% level they tie");
  });

  it("shows steps where the search decides them, and compares trials of as many", () => {
    const stepped = repeated(1e-6).map((trial, i) => ({ ...trial, steps: i < 1 ? 8 : 4 }));
    const { text, table } = ranking({ trials: stepped });
    expect(table!.rows.map((row) => row[1])).toEqual([8, ...trials.slice(1).map(() => 4), null, null, null]);
    expect(text![0]).toContain("no second candidate");
  });

  it("says how latencies were measured", () => {
    const encoder = { medianMs: 2, meanMs: 2, lowMs: 1.9, highMs: 2.1, confidence: 0.96, relativeWidth: 0.1, repeats: 15, discarded: 1, samplesMs: [] };
    const latencies = { backend: "native", threads: 2, batchSize: 4, sequenceLength: 32, encoders: [encoder, { ...encoder, relativeWidth: 0.025, repeats: 30 }] };
    expect(section({ latencies }, "Ranking by W")!.text![1]).toBe(
      "Latencies are medians on 4 x 32 tokens, measured in turn on native with 2 threads: up to 30 repeats each, 2 outliers in all, and the widest interval, with 96% confidence or more, is 10% of its median.");
  });
});

describe("the Pareto view", () => {
  const { chart, table } = section({ latencyUnit: "FLOPs" }, "Pareto view")!;
  const { points } = chart as ScatterChart;
  const front = paretoFront(trials, ["parameters", "latencyMs", "error"]).map(({ arch }) => formatTuple(arch));

  it("names and lists the trials that no other dominates, the chosen one among them", () => {
    expect(front.length).toBeLessThan(trials.length);
    expect(points.flatMap(({ label }) => label ?? []).sort()).toEqual(front.toSorted());
    expect(table!.rows.map(([name]) => name).sort()).toEqual(front.toSorted());
    expect(front).toContain(formatTuple(trials[0]!.arch));
    expect(points).toHaveLength(trials.length);
  });

  it("colours by latency, in bands of as many trials each, fastest first", () => {
    const groups = [...new Set(points.map(({ group }) => group!))];
    expect(groups).toHaveLength(4);
    const ends = groups.map((group) => Number(/^i up to ([\d.]+) FLOPs$/.exec(group)![1]));
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    expect(groups.map((group) => points.filter((point) => point.group === group).length)).toEqual(groups.map(() => trials.length / 4));
  });

  it("has one band a latency where there are few", () => {
    const few = trials.map((trial, i) => ({ ...trial, latencyMs: 1 + (i % 2) }));
    const scatter = section({ extraction: { ...extraction, trials: few } }, "Pareto view")!.chart as ScatterChart;
    expect([...new Set(scatter.points.map(({ group }) => group))]).toEqual(["i up to 1 ms", "i up to 2 ms"]);
  });
});

it("the report renders, with the certificate's lines where there is one", () => {
  const certificate = certificateOf({ space, epsilon: 2, hyperparameterSets: 1, maximumPoint, rejected: 1, trials });
  const report = extractionReport({ extraction: { ...extraction, certificate }, search: "fptas", generated: "2026-01-02" });
  expect(report.sections.map(({ heading }) => heading)).toEqual(["Ranking by W", "Pareto view", "Certificate"]);
  expect(report.facts.at(-1)).toEqual({ label: "search", value: "fptas" });
  const page = renderReport(report);
  expect(page).toContain("printed bound on the error: |1 - epsilon| = 1");
  expect(report.sections[2]!.table!.rows.map(([part, name, status]) => [part, name, status])).toContainEqual(["weak AB^nC property", "depths in pairs of layers", "holds"]);
  expect(page).toContain(`<dd>${formatTuple(trials[0]!.arch)}</dd>`);
  expect(page.match(/aria-label="Scatter chart: Surrogate error/g)).toHaveLength(1);
  expect(extractionReport({ extraction: found })).toMatchObject({ subtitle: expect.not.stringContaining("epsilon"), sections: [{}, {}] });
});
