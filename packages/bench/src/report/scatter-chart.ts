import * as Plot from "@observablehq/plot";
import { formatNumber } from "../format-number.js";
import { type Axis, axisScale, isDrawable } from "./axis.js";
import { type DrawnChart } from "./chart.js";
import { placeLabels } from "./place-labels.js";
import { drawPlot, plotWidth } from "./plot-svg.js";
import { legend, seriesStyle } from "./series-style.js";

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Stands beside the point where there is room, and in its tooltip. */
  readonly label?: string;
  /** What the point's area is proportional to, 0 or more. Points without one are small. */
  readonly size?: number;
  /** Points of one group share a colour, which the legend names. */
  readonly group?: string;
}

/** Points, each with an optional label, size and group. */
export interface ScatterChart {
  readonly kind: "scatter";
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** What the area of a point means. */
  readonly sizeLabel?: string;
  readonly points: readonly ScatterPoint[];
}

const height = 420;
const margins = { marginLeft: 64, marginRight: 24, marginTop: 32, marginBottom: 48 };
const smallestRadius = 4.5;
const largestRadius = 16;
const unnamedGroup = "other";

/** Draws the chart; undefined where no point has a place. */
export function drawScatterChart({ title, x, y, sizeLabel, points }: ScatterChart): DrawnChart | undefined {
  const drawable = points.filter((point) => isDrawable(point.x, x) && isDrawable(point.y, y));
  if (drawable.length === 0) return undefined;
  const radius = radiusAmong(drawable);
  const groups = [...new Set(drawable.map(groupOf))];
  const scales = { ...margins, height, inset: 18, x: axisScale(drawable.map((point) => point.x), x), y: axisScale(drawable.map((point) => point.y), y) };
  const dots = groups.map((group, index) => {
    const { colour, symbol } = seriesStyle(index);
    const members = drawable.filter((point) => groupOf(point) === group).sort((a, b) => radius(b) - radius(a)); // Small ones on top.
    return Plot.dot(members, {
      x: "x", y: "y", r: { value: radius, scale: null }, symbol, fill: colour, fillOpacity: 0.75, stroke: "var(--background)",
      title: (point: ScatterPoint) => tooltip(point, x, y, sizeLabel),
    });
  });
  const description = `Scatter chart: ${title}. ${y.label} against ${x.label} for ${drawable.length} points.`;
  const frame = drawPlot({ ...scales, marks: dots }, description);
  const placed = placeLabels(drawable.map((point) => ({ x: frame.x(point.x), y: frame.y(point.y), radius: radius(point), text: point.label ?? "" })), {
    left: margins.marginLeft, right: plotWidth - 2, top: 2, bottom: height - margins.marginBottom,
  });
  const labels = placed.map(({ index, dx, dy, anchor }) => Plot.text([drawable[index]!], {
    x: "x", y: "y", text: "label", dx, dy, textAnchor: anchor, fill: "currentColor", stroke: "var(--background)", strokeWidth: 3,
  }));
  const { svg } = drawPlot({ ...scales, marks: [...dots, ...labels] }, description);
  const sized = sizeLabel !== undefined && drawable.some(({ size }) => size !== undefined);
  const crowded = placed.length < drawable.filter(({ label = "" }) => label !== "").length;
  const notes = [
    ...(sized ? [`The area of a point is proportional to: ${sizeLabel}.`] : []),
    ...(crowded ? ["Some labels are left out for lack of room; pointing at a point shows its label."] : []),
  ];
  return { legend: legend(groups, "symbol"), svg, hidden: points.length - drawable.length, notes };
}

function groupOf({ group }: ScatterPoint): string {
  return group ?? unnamedGroup;
}

/** Radius in pixels, its square proportional to the size, the largest size having the largest radius. */
function radiusAmong(points: readonly ScatterPoint[]): (point: ScatterPoint) => number {
  const sizeOf = ({ size = 0 }: ScatterPoint): number => (size > 0 && size < Infinity ? size : 0);
  const largest = points.reduce((max, point) => Math.max(max, sizeOf(point)), 0);
  return (point) => (largest > 0 ? Math.max(smallestRadius, largestRadius * Math.sqrt(sizeOf(point) / largest)) : smallestRadius);
}

function tooltip(point: ScatterPoint, x: Axis, y: Axis, sizeLabel: string | undefined): string {
  return [
    ...[point.label, point.group].filter((text) => text !== undefined),
    `${x.label}: ${formatNumber(point.x)}`,
    `${y.label}: ${formatNumber(point.y)}`,
    ...(point.size === undefined ? [] : [`${sizeLabel ?? "size"}: ${formatNumber(point.size)}`]),
  ].join("\n");
}
