import { calibrationBins } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { calibrationSection } from "./calibration-section.js";

const points = Array.from({ length: 300 }, (_, i) => ({ predicted: i, measured: 2 * i + (i % 2) }));
const calibration = calibrationBins(points.map(({ predicted }) => predicted), points.map(({ measured }) => measured), 3);

describe("calibrationSection", () => {
  it("draws no more shapes than can be told apart, and every bin, which it lists as well", () => {
    const { heading, chart, table } = calibrationSection({ heading: "of trees", quantity: "latency, s", points, calibration });
    expect(heading).toBe("of trees");
    expect(chart).toMatchObject({ kind: "scatter", title: "Measured against predicted, 250 of 300 held-out shapes", x: { label: "predicted latency, s" }, y: { label: "measured latency, s" } });
    const drawn = chart?.kind === "scatter" ? chart.points : [];
    expect(drawn.slice(0, 250)).toEqual(points.slice(0, 250).map(({ predicted: x, measured: y }) => ({ x, y, group: "shape" })));
    expect(drawn.slice(250)).toEqual(calibration.map(({ predicted: x, measured: y }) => ({ x, y, group: "mean of 100", size: 1 })));
    expect(table?.rows).toEqual(calibration.map(({ count, predicted, measured, spread }) => [count, predicted, measured, spread]));
  });
});
