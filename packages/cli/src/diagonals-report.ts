import { type LineChart, type Section, type Table } from "@bort/bench";
import { type BottleneckDiagonal, type LayerDiagonals } from "@bort/supershaper";

/** Means of the bottlenecks' diagonals between neighbouring widths, a row for each layer. */
export function diagonalsTable(layers: readonly LayerDiagonals[]): Table {
  const means = ({ bands }: BottleneckDiagonal): string => bands.map(({ mean }) => mean.toFixed(3)).join(" ");
  return {
    columns: [{ label: "layer" }, { label: "diagonals up to" }, { label: "input bottleneck" }, { label: "output bottleneck" }],
    rows: layers.map(({ input, output }, layer) => [layer + 1, input.bands.map(({ to }) => to).join(" "), means(input), means(output)]),
  };
}

/** The table, the softmax of the diagonals of all layers in one plot for either side, and the diagonals of each layer as a plot; nothing where there are no layers. */
export function diagonalSections(layers: readonly LayerDiagonals[]): Section[] {
  if (layers.length === 0) return [];
  const text = "Means of the bottlenecks' diagonals between neighbouring widths. They are 1 before training, which leaves a step at each width (SuperShaper, figure 4).";
  return [
    { heading: "Bottlenecks", text: [text], table: diagonalsTable(layers) },
    ...sides.map((side): Section => ({ heading: `Softmax of ${side} bottlenecks`, text: ["Of each diagonal over its columns, as the paper plots it."], chart: softmaxChart(layers, side) })),
    ...layers.map((layer, i): Section => ({ heading: `Bottlenecks of layer ${i + 1}`, chart: diagonalsChart(layer, i + 1) })),
  ];
}

const sides = ["input", "output"] as const;

const softmaxChart = (layers: readonly LayerDiagonals[], side: "input" | "output"): LineChart => ({
  kind: "line", title: `Softmax of the diagonals of ${side} bottlenecks`, x: { label: "column" }, y: { label: "softmax" },
  series: layers.map((layer, i) => ({ name: `layer ${i + 1}`, points: pointsOf(layer[side].softmax) })),
});

const diagonalsChart = (layer: LayerDiagonals, number: number): LineChart => ({
  kind: "line", title: `Diagonals of layer ${number}`, x: { label: "column" }, y: { label: "element of the diagonal" },
  series: sides.map((name) => ({ name, points: pointsOf(layer[name].values) })),
});

const pointsOf = (values: readonly number[]): LineChart["series"][number]["points"] => values.map((value, i) => [i + 1, value] as const);
