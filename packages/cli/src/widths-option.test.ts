import { describe, expect, it } from "vitest";
import { widthsOption } from "./widths-option.js";

const read = (...values: readonly string[]): unknown => widthsOption.read(values, "widths");

describe("widthsOption", () => {
  it.each<[readonly string[], unknown]>([
    [[], undefined],
    [["64", "128"], [64, 128]],
    [["64,128"], [64, 128]],
    [["64"], [64]],
    [["64,128/64/128,256"], [[64, 128], [64], [128, 256]]],
    [["64/128"], [[64], [128]]],
  ])("reads %j", (values, widths) => {
    expect(read(...values)).toEqual(widths);
  });

  it.each(["0", "-4", "4.5", "x", "4,,8", "4,8/", "/4", "4//8", "4;8", "4 8", "1e3", "99999999999999999999"])("refuses %j", (value) => {
    expect(() => read("8", value)).toThrow(`--widths must be whole numbers from 1 for all layers, such as 64 128, or for each with slashes between layers, such as 64,128/64/128, got "8 ${value}"`);
  });
});
