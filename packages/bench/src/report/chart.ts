import { type BarChart, drawBarChart } from "./bar-chart.js";
import { type Html, html } from "./html.js";
import { drawLineChart, type LineChart } from "./line-chart.js";
import { drawScatterChart, type ScatterChart } from "./scatter-chart.js";

export type Chart = LineChart | ScatterChart | BarChart;

/** The parts of a chart that has something to show. */
export interface DrawnChart {
  readonly legend?: Html | undefined;
  readonly svg: Html;
  /** Points without a place: not finite, or not positive on a logarithmic axis. */
  readonly hidden: number;
  /** What a reader must know to read it. */
  readonly notes?: readonly string[];
}

/** A chart as an HTML figure: title, legend, an inline SVG image and notes; a note alone where there is no data. */
export function renderChart(chart: Chart): Html {
  const drawn = draw(chart);
  if (drawn === undefined) return html`<figure><figcaption>${chart.title}</figcaption>\n<p class="no-data">No data</p></figure>\n`;
  const { legend, svg, hidden, notes = [] } = drawn;
  const hiddenNote = hidden === 0 ? [] : [`${hidden === 1 ? "1 point is" : `${hidden} points are`} not shown, having no finite value on these axes.`];
  return html`<figure><figcaption>${chart.title}</figcaption>
${legend}${svg}${[...notes, ...hiddenNote].map((note) => html`<p class="note">${note}</p>\n`)}</figure>
`;
}

function draw(chart: Chart): DrawnChart | undefined {
  switch (chart.kind) {
    case "line": return drawLineChart(chart);
    case "scatter": return drawScatterChart(chart);
    case "bar": return drawBarChart(chart);
  }
}
