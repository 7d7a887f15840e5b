import { describe, expect, it } from "vitest";
import { cigarProfile } from "./cigar-profile.js";
import { cigarReference, scaledShape } from "./cigar-shape.js";
import { ShapeSpace } from "./shape-space.js";
import { templateShapes } from "./template-shapes.js";

describe("cigarProfile", () => {
  it("tells cigars from other shapes", () => {
    expect(cigarProfile(cigarReference)).toEqual({ first: 360, earlyMiddle: 270, laterMiddle: expect.closeTo(430, 9), last: 540, isCigar: true });
    expect(cigarProfile(scaledShape(new ShapeSpace(), 1.25)).isCigar).toBe(true);
    for (const shape of Object.values(templateShapes)) expect(cigarProfile(shape).isCigar).toBe(false);
    expect(cigarProfile([360, 240, 240, 360, 480, 540])).toEqual({ first: 360, earlyMiddle: 240, laterMiddle: 420, last: 540, isCigar: true });
    expect(() => cigarProfile([120, 120, 120])).toThrow(expect.objectContaining({ code: "supershaper/bad-shape" }));
  });
});
