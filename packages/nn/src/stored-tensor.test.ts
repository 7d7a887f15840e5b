import { describe, expect, it } from "vitest";
import { type ElementType, decodeFloats, isFloatType } from "./stored-tensor.js";

const halves = (...bits: number[]): Uint8Array<ArrayBuffer> => new Uint8Array(Uint16Array.from(bits).buffer);

describe("decodeFloats", () => {
  it("gives every half its value (IEEE 754, binary16)", () => {
    const bits = [0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0x3555, 0xc000, 0x7bff, 0x7c00, 0xfc00, 0x7e00];
    expect([...decodeFloats("F16", halves(...bits))]).toEqual(
      [0, -0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, 1365 * 2 ** -12, -2, 65504, Infinity, -Infinity, Number.NaN]);
  });

  it("gives a bfloat16 the value of the float32 that it begins", () => {
    expect([...decodeFloats("BF16", halves(0x3f80, 0xbfc0, 0x7f80, 0x0001, 0x8000))]).toEqual([1, -1.5, Infinity, Math.fround(2 ** -133), -0]);
  });

  it("rounds float64", () => {
    expect([...decodeFloats("F64", new Uint8Array(Float64Array.of(0.1, 1e300).buffer))]).toEqual([Math.fround(0.1), Infinity]);
  });

  it.each<ElementType>(["I64", "I32", "I16", "I8", "U8", "BOOL"])("refuses %s", (type) => {
    expect(isFloatType(type)).toBe(false);
    expect(() => decodeFloats(type, new Uint8Array(8))).toThrow(expect.objectContaining({ code: "nn/bad-model-folder" }));
  });
});
