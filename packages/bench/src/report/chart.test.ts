import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { type Chart, renderChart } from "./chart.js";

const axes = { x: { label: "steps" }, y: { label: "loss" } };
const line = (...series: [number, number][][]): Chart =>
  ({ kind: "line", title: "Loss", ...axes, series: series.map((points, index) => ({ name: `model ${index}`, points })) });

function parsed(chart: Chart) {
  const { document } = parseHTML(`<!doctype html><html><body>${renderChart(chart).source}</body></html>`);
  const all = (selector: string) => [...document.querySelectorAll(selector)];
  const texts = (selector: string) => all(selector).map((element) => String(element.textContent));
  return { all, texts, source: renderChart(chart).source };
}

describe("renderChart", () => {
  const empty: [string, Chart][] = [
    ["a line chart without series", line()],
    ["a line chart of NaN", line([[1, Number.NaN], [Infinity, 2]])],
    ["a logarithmic chart of zeros", { kind: "scatter", title: "t", x: { label: "x", log: true }, y: axes.y, points: [{ x: 0, y: 1 }, { x: -1, y: 1 }] }],
    ["a scatter chart without points", { kind: "scatter", title: "t", ...axes, points: [] }],
    ["a bar chart without bars", { kind: "bar", title: "t", valueLabel: "v", bars: [] }],
    ["a bar chart of NaN", { kind: "bar", title: "t", valueLabel: "v", bars: [{ label: "a", value: Number.NaN }] }],
  ];
  it.each(empty)("says that there is no data for %s", (_, chart) => {
    const { all, texts } = parsed(chart);
    expect(texts(".no-data")).toEqual(["No data"]);
    expect(texts("figcaption")).toEqual([chart.title]);
    expect(all("svg")).toHaveLength(0);
  });

  it("is an image with a description", () => {
    const { all } = parsed(line([[0, 3], [1, 2]]));
    expect(all("[role=img]").map((element) => element.getAttribute("aria-label"))).toEqual(["Line chart: Loss. loss against steps for model 0."]);
  });

  it("never draws what is not a number", () => {
    const everything: Chart[] = [
      line([[0, 1], [1, Number.NaN], [2, 3]], [[Infinity, 1]], [[5, 5]]),
      { kind: "scatter", title: "t", ...axes, points: [{ x: 1, y: 1, size: Number.NaN, label: "a" }, { x: 2, y: Number.NaN }, { x: 3, y: 1, size: -1 }] },
      { kind: "bar", title: "t", valueLabel: "v", bars: [{ label: "a", value: 0 }, { label: "b", value: -Infinity }] },
    ];
    for (const chart of everything) expect(renderChart(chart).source.replace(/<title>[^<]*/g, "")).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("a line chart", () => {
  it("has a line per series, broken where a value is missing, and says how many are", () => {
    const { all, texts } = parsed(line([[0, 4], [1, 3], [2, Number.NaN], [3, 2], [4, 1]], [[0, 5], [4, 2]]));
    const paths = all("[aria-label=line] path").map((path) => String(path.getAttribute("d")));
    expect(paths.map((path) => path.match(/M/g)!.length)).toEqual([2, 1]);
    expect(texts(".note")).toEqual(["1 point is not shown, having no finite value on these axes."]);
    expect(texts(".legend li").map((text) => text.trim())).toEqual(["model 0", "model 1"]);
  });

  it("shows a single point, and one that gaps surround", () => {
    expect(parsed(line([[3, 7]])).texts("[aria-label=dot] title")).toEqual(["model 0: 3, 7"]);
    const long = Array.from({ length: 100 }, (_, i): [number, number] => [i, i === 49 || i === 51 ? Number.NaN : 100 - i]);
    expect(parsed(line(long)).texts("[aria-label=dot] title")).toEqual(["model 0: 50, 50"]);
  });

  it("draws many points without dots", () => {
    const { all, texts } = parsed(line(Array.from({ length: 5000 }, (_, i) => [i, Math.sqrt(i)])));
    expect(all("[aria-label=dot] *")).toHaveLength(0);
    expect(texts("[aria-label='x-axis tick label'] text")).toEqual(["0", "1K", "2K", "3K", "4K", "5K"]);
  });

  it("goes down as values do, and by ratios on a logarithmic axis", () => {
    const series = [{ name: "s", points: [[0, 1], [1, 10], [2, 100]] as const }];
    const { all } = parsed({ kind: "line", title: "t", x: { label: "n" }, y: { label: "v", log: true }, series });
    const path = String(all("[aria-label=line] path")[0]!.getAttribute("d"));
    const [low, middle, high] = [...path.matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y)) as [number, number, number];
    expect(low).toBeGreaterThan(middle);
    expect(low - middle).toBeCloseTo(middle - high, 1);
  });
});

describe("a scatter chart", () => {
  const points = [
    { x: 1, y: 1, label: "small", size: 25, group: "pruned" },
    { x: 2, y: 3, label: "large", size: 100, group: "random" },
    { x: 3, y: 2 },
  ];

  it("labels points, names groups and explains sizes", () => {
    const { texts } = parsed({ kind: "scatter", title: "t", ...axes, sizeLabel: "FLOPs", points });
    expect(texts("[aria-label=text] text").sort()).toEqual(["large", "small"]);
    expect(texts(".legend li").map((text) => text.trim())).toEqual(["● pruned", "● random", "● other"]);
    expect(texts(".note")).toEqual(["The area of a point is proportional to: FLOPs."]);
    expect(texts("[aria-label=dot] title")).toEqual([
      "small\npruned\nsteps: 1\nloss: 1\nFLOPs: 25",
      "large\nrandom\nsteps: 2\nloss: 3\nFLOPs: 100",
      "steps: 3\nloss: 2",
    ]);
  });

  it("makes areas proportional to sizes", () => {
    const { all } = parsed({ kind: "scatter", title: "t", ...axes, points });
    expect(all("[aria-label=dot] circle").map((circle) => circle.getAttribute("r"))).toEqual(["8", "16", "4.5"]);
  });

  it("draws one point, and says so where many leave no room for labels", () => {
    expect(parsed({ kind: "scatter", title: "t", ...axes, points: [{ x: 5, y: 5, label: "alone" }] }).texts("[aria-label=text] text")).toEqual(["alone"]);
    const many = parsed({ kind: "scatter", title: "t", ...axes, points: Array.from({ length: 300 }, (_, i) => ({ x: i % 7, y: i % 5, label: `point ${i}` })) });
    expect(many.all("[aria-label=dot] circle")).toHaveLength(300);
    expect(many.texts(".note")).toEqual(["Some labels are left out for lack of room; pointing at a point shows its label."]);
  });
});

describe("a bar chart", () => {
  it("has a bar per value from zero, also for equal labels, and marks the highlighted one", () => {
    const { all, texts } = parsed({
      kind: "bar", title: "t", valueLabel: "ms", format: (value) => `${value} ms`,
      bars: [{ label: "twin", value: 10 }, { label: "twin", value: 5, highlight: true }, { label: "down", value: -5 }, { label: "lost", value: Number.NaN }],
    });
    const widths = all("[aria-label=bar] rect").map((rect) => Number(rect.getAttribute("width")));
    expect(widths).toHaveLength(4);
    expect(widths[0]).toBeCloseTo(2 * widths[1]!, 6);
    expect(widths[2]).toBeCloseTo(widths[1]!, 6);
    expect(widths[3]).toBe(0);
    const colours = all("[aria-label=bar] rect").map((rect) => rect.getAttribute("fill"));
    expect(colours).toEqual(["var(--series-0)", "var(--highlight)", "var(--series-0)", "var(--series-0)"]);
    expect(texts("[aria-label='y-axis tick label'] text")).toEqual(["twin", "twin", "down", "lost"]);
    expect(texts("[aria-label=text] text")).toEqual(["10 ms", "5 ms ◂", "no data", "-5 ms"]);
  });

  it("cuts long texts but keeps them in the tooltip", () => {
    const long = "a very long text that would leave no room for any bar";
    const { all, texts } = parsed({ kind: "bar", title: "t", valueLabel: "v", format: () => long, bars: [{ label: long, value: 1 }] });
    expect(texts("[aria-label='y-axis tick label'] text")[0]).toMatch(/^a very long .*…$/);
    expect(texts("[aria-label=text] text")[0]).toMatch(/^a very long .*…$/);
    expect(texts("[aria-label=bar] title")).toEqual([`${long}: ${long}`]);
    expect(Number(all("[aria-label=bar] rect")[0]!.getAttribute("width"))).toBeGreaterThan(200);
  });
});
