import * as Plot from "@observablehq/plot";
import { formatNumber, formatTick } from "../format-number.js";
import { displayWidth, oneLine, truncateToWidth } from "../terminal/display-width.js";
import { type DrawnChart } from "./chart.js";
import { drawPlot } from "./plot-svg.js";

/** Horizontal bars from zero, from top to bottom in the order given, with their values. */
export interface BarChart {
  readonly kind: "bar";
  readonly title: string;
  readonly valueLabel: string;
  /** How a value reads at its bar. Default `formatNumber`. */
  readonly format?: (value: number) => string;
  readonly bars: readonly { readonly label: string; readonly value: number; readonly highlight?: boolean }[];
}

const barHeight = 26;
const longestLabel = 40;
const longestValue = 20;
const characterWidth = 7;

/** Draws the chart; a value that is not finite has no bar, but says so. Undefined where no value is finite. */
export function drawBarChart({ title, valueLabel, format = formatNumber, bars }: BarChart): DrawnChart | undefined {
  const values = bars.map(({ value }) => value).filter(Number.isFinite);
  if (values.length === 0) return undefined;
  const rows = bars.map(({ label, value, highlight = false }, index) => {
    const text = Number.isFinite(value) ? format(value) : "no data";
    const shownText = truncateToWidth(oneLine(text), longestValue) + (highlight ? " ◂" : "");
    return { index, label, shownLabel: truncateToWidth(oneLine(label), longestLabel), text, shownText, highlight, length: Number.isFinite(value) ? value : 0 };
  });
  const widest = (texts: readonly string[]): number => characterWidth * Math.max(...texts.map(displayWidth));
  const domain = [values.reduce((a, b) => Math.min(a, b), 0), values.reduce((a, b) => Math.max(a, b), 0)];
  const textRoom = widest(rows.map(({ shownText }) => shownText)) + 12;
  const { svg } = drawPlot({
    height: bars.length * barHeight + 56, marginTop: 8, marginBottom: 48, marginLeft: widest(rows.map(({ shownLabel }) => shownLabel)) + 20, marginRight: 16,
    x: {
      type: "linear", domain: domain[0] === domain[1] ? [0, 1] : domain, ticks: 5, tickFormat: formatTick, label: valueLabel, grid: true,
      insetLeft: domain[0]! < 0 ? textRoom : 0, insetRight: domain[1]! > 0 || domain[0] === 0 ? textRoom : 0,
    },
    y: { type: "band", domain: rows.map(({ index }) => index), padding: 0.2, tickFormat: (index: number) => rows[index]!.shownLabel, tickSize: 0, label: null },
    marks: [
      Plot.barX(rows, {
        x: "length", y: "index", fill: ({ highlight }) => (highlight ? "var(--highlight)" : "var(--series-0)"),
        title: ({ label, text }) => `${label}: ${text}`,
      }),
      ...[1, -1].map((side) => Plot.text(rows.filter(({ length }) => (length < 0 ? -1 : 1) === side), {
        x: "length", y: "index", text: "shownText", dx: side * 5, textAnchor: side === 1 ? "start" : "end",
        fill: "currentColor",
      })),
      Plot.ruleX([0]),
    ],
  }, `Bar chart: ${title}. ${valueLabel}: ${rows.map(({ label, text }) => `${label} ${text}`).join(", ")}.`);
  return { svg, hidden: 0 };
}
