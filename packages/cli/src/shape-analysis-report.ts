import { type BarChart, calibrationSection, consoleTable, type LineChart, type Report, type ScatterChart, type Table } from "@bort/bench";
import { calibrationBins } from "@bort/predictors";
import { diagonalSections, diagonalsTable } from "./diagonals-report.js";
import { type DifferenceAnalysis, type ShapeAnalysis } from "./shape-analysis.js";
import { qualityText } from "./shape-predictor.js";
import { type ShapeValues, shapesTable } from "./shapes-table.js";

/** An analysis for a terminal. */
export function analysisText(analysis: ShapeAnalysis): string {
  const { predictor, difference, diagonals, warnings } = analysis;
  return [
    qualityText("perplexity", predictor), consoleTable(importanceTable(analysis)), consoleTable(templatesTable(analysis)),
    `cigars from small to large\n${consoleTable(cigarsTable(analysis))}`, differenceText(difference),
    ...(diagonals === undefined ? [] : [consoleTable(diagonalsTable(diagonals))]), ...warnings.map((warning) => `warning: ${warning}`),
  ].join("\n\n");
}

/** The same as a page, with plots. */
export function analysisReport(analysis: ShapeAnalysis, generated: string): Report {
  const { predictor, heldOut, templates, cigars, difference, diagonals = [], warnings } = analysis;
  return {
    title: "Shapes of a super-network", subtitle: qualityText("perplexity", predictor), generated, facts: [],
    sections: [
      calibrationSection({ heading: "Calibration of the predictor", quantity: "perplexity", points: heldOut, calibration: calibrationBins(heldOut.map(({ predicted }) => predicted), heldOut.map(({ measured }) => measured)) }),
      { heading: "Importance of layers", text: ["How much of the variance of the predicted perplexity goes when a layer's width is known with all others."], chart: importanceChart(analysis), table: importanceTable(analysis) },
      {
        heading: "Well-known shapes", text: ["Predicted; the cigar has about as many parameters as the median of the table.", ...warnings],
        chart: widthsChart("Widths of well-known shapes", templates, ({ name }) => name), table: templatesTable(analysis),
      },
      {
        heading: "Cigars of several sizes", text: ["Shapes by SuperShaper's heuristics, scaled to sizes between the smallest and the largest of the space (section 4.4, figure 10)."],
        chart: widthsChart("Widths of cigars", cigars, ({ values }) => `${values.parameters!.toLocaleString("en-US")} parameters`), table: cigarsTable(analysis),
      },
      { heading: "Shape at one size", text: [differenceText(difference)], ...(difference !== undefined && { chart: differenceChart(difference) }) },
      ...diagonalSections(diagonals),
    ],
  };
}

const importanceTable = ({ importance }: ShapeAnalysis): Table => ({
  columns: [{ label: "layer" }, { label: "importance", format: (value) => value.toFixed(3) }],
  rows: importance.map((share, layer) => [layer + 1, share]),
});

const templatesTable = ({ templates }: ShapeAnalysis): Table => shapesTable(templates, templates.map(({ name }) => name));

const cigarsTable = ({ cigars }: ShapeAnalysis): Table => shapesTable(cigars);

function differenceText(difference: DifferenceAnalysis | undefined): string {
  if (difference === undefined) return "shape difference: too few measured shapes of about one size";
  const { parameters, best, networks, spearman, pearson } = difference;
  return `shape difference from ${best.join(",")}, the best of about ${parameters.toLocaleString("en-US")} parameters, against the difference in perplexity: `
    + `Spearman ${spearman.toFixed(3)}, Pearson ${pearson.toFixed(3)} over ${networks} shapes`;
}

const importanceChart = ({ importance }: ShapeAnalysis): BarChart => ({
  kind: "bar", title: "Total effect of each layer's width", valueLabel: "share of the variance", format: (value) => value.toFixed(3),
  bars: importance.map((value, layer) => ({ label: `layer ${layer + 1}`, value })),
});

/** Width by layer, a line for each shape. */
const widthsChart = <Shape extends ShapeValues>(title: string, shapes: readonly Shape[], nameOf: (shape: Shape) => string): LineChart => ({
  kind: "line", title, x: { label: "layer" }, y: { label: "width" },
  series: shapes.map((each) => ({ name: nameOf(each), points: each.shape.map((width, layer) => [layer + 1, width] as const) })),
});

const differenceChart = ({ points }: DifferenceAnalysis): ScatterChart => ({
  kind: "scatter", title: "Measured shapes of about one size", x: { label: "shape difference from the best" }, y: { label: "difference in perplexity" },
  points: points.map(([x, y]) => ({ x, y })),
});
