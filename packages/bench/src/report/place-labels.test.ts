import { describe, expect, it } from "vitest";
import { placeLabels } from "./place-labels.js";

const frame = { left: 0, right: 300, top: 0, bottom: 200 };
const at = (x: number, y: number, text = "label") => ({ x, y, radius: 5, text });

describe("placeLabels", () => {
  it("prefers the right, then the left at the edge", () => {
    expect(placeLabels([at(100, 100), at(290, 50)], frame)).toEqual([
      { index: 0, dx: 9, dy: 0, anchor: "start" },
      { index: 1, dx: -9, dy: 0, anchor: "end" },
    ]);
  });

  it("goes above or below where both sides are taken", () => {
    expect(placeLabels([at(80, 100, ""), at(120, 100, ""), at(100, 100)], frame)).toEqual([{ index: 2, dx: 0, dy: -13, anchor: "middle" }]);
    expect(placeLabels([at(80, 5, ""), at(120, 5, ""), at(100, 5)], frame)).toEqual([{ index: 2, dx: 0, dy: 13, anchor: "middle" }]);
  });

  it("leaves out what has no room: no two labels overlap", () => {
    const points = Array.from({ length: 100 }, (_, i) => at(100 + (i % 10), 100 + Math.floor(i / 10), `point ${i}`));
    const placed = placeLabels(points, frame);
    expect(placed.length).toBeGreaterThan(0);
    expect(placed.length).toBeLessThan(10);
  });

  it("gives no place to an empty label", () => {
    expect(placeLabels([at(100, 100, "")], frame)).toEqual([]);
  });
});
