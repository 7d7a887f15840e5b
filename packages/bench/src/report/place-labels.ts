import { displayWidth } from "../terminal/display-width.js";

/** A point with a label, in pixels. */
export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Empty for a point without a label. */
  readonly text: string;
}

/** Where the label of the point at `index` goes, as an offset of its anchor from the point; it is centered vertically. */
export interface PlacedLabel {
  readonly index: number;
  readonly dx: number;
  readonly dy: number;
  readonly anchor: "start" | "middle" | "end";
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Average advance and line height of the page's font at 12 px, rounded up. */
const characterWidth = 7;
const lineHeight = 14;
const gap = 4;

/**
 * Finds each label a place right of its point, left of it, above or below, where it covers neither a point nor a label and stays inside `frame`.
 *
 * Labels come in the order of the points; one for which there is no such place is left out.
 */
export function placeLabels(points: readonly LabelledPoint[], frame: Box): PlacedLabel[] {
  const taken: Box[] = points.map(({ x, y, radius }) => ({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }));
  const placed: PlacedLabel[] = [];
  for (const [index, point] of points.entries()) {
    if (point.text === "") continue;
    const width = displayWidth(point.text) * characterWidth;
    for (const place of placesAround(point)) {
      const box = boxOf(point, place, width);
      if (!isInside(box, frame) || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      placed.push({ index, ...place });
      break;
    }
  }
  return placed;
}

function placesAround({ radius }: LabelledPoint): Omit<PlacedLabel, "index">[] {
  const beside = radius + gap;
  const above = radius + lineHeight / 2 + 1;
  return [
    { dx: beside, dy: 0, anchor: "start" },
    { dx: -beside, dy: 0, anchor: "end" },
    { dx: 0, dy: -above, anchor: "middle" },
    { dx: 0, dy: above, anchor: "middle" },
  ];
}

function boxOf({ x, y }: LabelledPoint, { dx, dy, anchor }: Omit<PlacedLabel, "index">, width: number): Box {
  const left = x + dx - { start: 0, middle: width / 2, end: width }[anchor];
  return { left, right: left + width, top: y + dy - lineHeight / 2, bottom: y + dy + lineHeight / 2 };
}

function isInside(box: Box, frame: Box): boolean {
  return box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
