import { evaluatePairwiseSum } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";
import { shapeOfPreset, templateIn, type TemplateName, templateShapes } from "./template-shapes.js";

describe("templateShapes", () => {
  it("are seven shapes of the paper's space, of the sizes that it prints", () => {
    const space = new ShapeSpace();
    const parameters = parameterSum(space, { accounting: "supershaper-paper" });
    const millions = Object.fromEntries(Object.entries(templateShapes).map(([name, shape]) => [name, Math.round(evaluatePairwiseSum(parameters, space.check(shape)) / 1e6)]));
    expect(millions).toEqual({ bottle: 64, diamond: 64, "inverted-bottle": 64, "inverted-diamond": 65, "lower-triangle": 64, rectangle: 58, "upper-triangle": 64 });
  });

  it("have the forms of their names", () => {
    const { bottle, diamond, rectangle } = templateShapes;
    expect(templateShapes["inverted-bottle"]).toEqual(bottle.toReversed());
    expect(new Set(rectangle).size).toBe(1);
    expect(templateShapes["lower-triangle"]).toEqual(templateShapes["lower-triangle"].toSorted((a, b) => a - b));
    expect(templateShapes["upper-triangle"]).toEqual(templateShapes["upper-triangle"].toSorted((a, b) => b - a));
    expect(Math.max(...diamond)).toBe(diamond[6]);
    expect(Math.min(...templateShapes["inverted-diamond"])).toBe(templateShapes["inverted-diamond"][5]);
  });
});

describe("templateIn", () => {
  it("is the template itself in the paper's space", () => {
    for (const [name, shape] of Object.entries(templateShapes)) expect(templateIn(new ShapeSpace(), name as TemplateName)).toEqual(shape);
  });

  it("keeps the form at other depths and widths", () => {
    const small = new ShapeSpace({ layers: 6, heads: 4, widths: [32, 64, 96, 128, 160, 192, 256] });
    expect(templateIn(small, "bottle")).toEqual([32, 32, 32, 192, 192, 256]);
    expect(templateIn(small, "diamond")).toEqual([32, 96, 128, 160, 96, 32]);
    expect(templateIn(new ShapeSpace({ heads: 1, widths: [[1, 2], [1, 2, 3], [5]] }), "lower-triangle")).toEqual([1, 2, 5]);
  });
});

describe("shapeOfPreset", () => {
  it("has the width of each layer, by any name of a network of SuperShaper", () => {
    expect(shapeOfPreset("supershaper-63m")).toEqual([480, 240, 360, 240, 540, 480, 360, 360, 360, 360, 540, 480]);
    expect(shapeOfPreset("supershaper-evo-2")).toEqual(shapeOfPreset("supershaper-63m"));
  });

  it.each(["bert-base-cased", "mobilebert"])("refuses a network that is none: %s", (name) => {
    expect(() => shapeOfPreset(name)).toThrow(expect.objectContaining({ name: "SuperShaperError", code: "supershaper/bad-shape" }));
  });
});
