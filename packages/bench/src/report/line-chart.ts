import * as Plot from "@observablehq/plot";
import { type Axis, axisScale, isDrawable } from "./axis.js";
import { type DrawnChart } from "./chart.js";
import { formatNumber } from "../format-number.js";
import { drawPlot } from "./plot-svg.js";
import { legend, seriesStyle } from "./series-style.js";

/** Lines through points in the order given. A value that is not finite, or not positive on a logarithmic axis, interrupts its line. */
export interface LineChart {
  readonly kind: "line";
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
}

/** Series of at most this many points show each as a dot. */
const dottedPoints = 30;

/** Draws the chart; undefined where no point has a place. */
export function drawLineChart({ title, x, y, series }: LineChart): DrawnChart | undefined {
  const isPoint = ([px, py]: readonly [number, number]): boolean => isDrawable(px, x) && isDrawable(py, y);
  const points = series.flatMap((one) => one.points);
  const drawable = points.filter(isPoint);
  if (drawable.length === 0) return undefined;
  const marks = series.flatMap(({ name, points }, index) => {
    const { colour, dash } = seriesStyle(index);
    const gapped = points.map((point) => (isPoint(point) ? point : [Number.NaN, Number.NaN]));
    const line = Plot.line(gapped, { stroke: colour, strokeWidth: 2, strokeDasharray: dash });
    const dotted = points.length <= dottedPoints ? points.filter(isPoint) : points.filter((point, i) => isPoint(point) && isAlone(points, i, isPoint));
    return [line, Plot.dot(dotted, { fill: colour, r: 3.5, title: ([px, py]) => `${name}: ${formatNumber(px)}, ${formatNumber(py)}` })];
  });
  const { svg } = drawPlot({
    height: 380, marginLeft: 64, marginRight: 24, marginTop: 32, marginBottom: 48,
    x: axisScale(drawable.map(([px]) => px), x), y: axisScale(drawable.map(([, py]) => py), y), marks,
  }, `Line chart: ${title}. ${y.label} against ${x.label} for ${series.map(({ name }) => name).join(", ")}.`);
  return { legend: legend(series.map(({ name }) => name), "line"), svg, hidden: points.length - drawable.length };
}

/** Whether the point at `index` has a gap on either side, so that no line reaches it. */
function isAlone<Point>(points: readonly Point[], index: number, isPoint: (point: Point) => boolean): boolean {
  return [index - 1, index + 1].every((i) => !(i in points) || !isPoint(points[i]!));
}
