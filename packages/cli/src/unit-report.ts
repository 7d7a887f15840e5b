import { type Column, consoleTable, type LineChart, type Report, type Section, type Table } from "@bort/bench";
import { type AnalysedVector, type Dimension, type UnitAnalysis } from "@bort/schubert-prune";

const names: Readonly<Record<Dimension, string>> = { h: "hidden units", a: "heads", k: "keys", v: "values", f: "FFN" };

/** In the order in which all charts have them. */
const layerDimensions = ["f", "a", "k", "v"] as const;

const exponent = (value: number): string => value.toExponential(2);

/** The cheapest units for a terminal. */
export const cheapestText = (analysis: UnitAnalysis): string => consoleTable(cheapestTable(analysis));

function cheapestTable({ cheapest, vectors }: UnitAnalysis): Table {
  const vectorNamed = new Map(vectors.map((vector) => [vector.name, vector]));
  const columns: Column[] = [{ label: "layer", align: "right" }, { label: "dimension" }, { label: "unit" }, { label: "parameters" }, { label: "loss per parameter", format: exponent }];
  return {
    columns,
    rows: cheapest.map(({ vector, unit, score, cost }) => {
      const { layer, dimension } = vectorNamed.get(vector)!;
      return [layer === undefined ? null : String(layer + 1), names[dimension], unit, cost, score];
    }),
  };
}

/** What every unit of a network is worth, with a plot for each layer. */
export function unitReport(analysis: UnitAnalysis, batches: number, generated: string): Report {
  const { vectors } = analysis;
  const layers = [...new Set(vectors.flatMap(({ layer }) => layer ?? []))];
  return {
    title: "What each unit is worth", subtitle: "before anything is cut", generated,
    facts: [{ label: "units", value: vectors.reduce((sum, { size }) => sum + size, 0).toLocaleString("en-US") }, { label: "batches", value: String(batches) }],
    sections: [
      {
        heading: "The cheapest units", table: cheapestTable(analysis),
        text: ["Loss per parameter: how much the loss depends on a unit, which is the mean of |dL / d alpha| over batches (Michel et al. 2019, eq. 2), for each parameter that goes with it."],
      },
      ...(layers.length === 0 ? [] : [{ heading: "Loss per parameter by layer", text: ["Means over the units of a layer."], chart: meansChart(vectors) }]),
      ...layers.map((layer) => sortedSection(`Layer ${layer + 1}`, layerDimensions.flatMap((dimension) => vectors.filter((vector) => vector.layer === layer && vector.dimension === dimension)))),
      ...vectors.filter(({ layer }) => layer === undefined).map((hidden) => sortedSection("Hidden units", [hidden])),
    ],
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function meansChart(vectors: readonly AnalysedVector[]): LineChart {
  const dimensions = layerDimensions.filter((dimension) => vectors.some((vector) => vector.dimension === dimension));
  return {
    kind: "line", title: "Loss per parameter by layer", x: { label: "layer" }, y: { label: "loss per parameter", log: true },
    series: dimensions.map((dimension) => ({
      name: names[dimension], points: vectors.filter((vector) => vector.dimension === dimension).map(({ layer = 0, scores }) => [layer + 1, mean(scores)] as const),
    })),
  };
}

/** The units of some vectors, each from the cheapest to the dearest. */
function sortedSection(heading: string, vectors: readonly AnalysedVector[]): Section {
  return {
    heading,
    chart: {
      kind: "line", title: `${heading}: units from the cheapest to the dearest`, x: { label: "share of the units" }, y: { label: "loss per parameter", log: true },
      series: vectors.map(({ dimension, scores }) => ({
        name: names[dimension], points: [...scores].sort((a, b) => a - b).map((score, i) => [(i + 1) / scores.length, score] as const),
      })),
    },
  };
}
