import { fitPairwise } from "@bort/predictors";
import { expect, it } from "vitest";
import { rangeWarnings } from "./range-warnings.js";
import { ShapeSpace } from "./shape-space.js";

it("names the furthest shape from what each predictor was fitted to, and nothing of other measures", () => {
  const narrow = new ShapeSpace({ layers: 3, widths: [120, 240, 360] });
  const predictor = fitPairwise([...narrow].map((shape) => ({ shape, value: 9 - shape[2]! / 100 })));
  const shapes = [[120, 240, 360], [120, 240, 768], [480, 240, 120]];
  const measures = [{ name: "loss", measure: predictor }, { name: "first", measure: ([width]: readonly number[]) => width! }, { name: "sum", measure: predictor.sum }];
  const warnings = [...rangeWarnings(shapes, measures)];
  expect(warnings).toMatchObject([{ type: "warning", measure: "loss", distance: predictor.distance([120, 240, 768]) }]);
  expect(warnings[0]!.message).toContain("120,240,768");
  expect([...rangeWarnings(shapes.slice(0, 1), measures)]).toEqual([]);
});
