import { expect, it } from "vitest";
import { ByteWriter } from "./byte-writer.js";

const hex = (writer: ByteWriter): string => Buffer.from(writer.toBytes()).toString("hex");

it.each([[0, "00"], [127, "7f"], [128, "8001"], [624485, "e58e26"], [2 ** 32 - 1, "ffffffff0f"], [Number.MAX_SAFE_INTEGER, "ffffffffffffff0f"]])(
  "writes %d as unsigned LEB128", (value, bytes) => expect(hex(new ByteWriter().unsigned(value))).toBe(bytes));

it.each([
  [0, "00"], [63, "3f"], [64, "c000"], [-1, "7f"], [-64, "40"], [-65, "bf7f"], [-123456, "c0bb78"],
  [2 ** 31 - 1, "ffffffff07"], [-(2 ** 31), "8080808078"], [Number.MIN_SAFE_INTEGER, "81808080808080 70".replace(" ", "")],
])("writes %d as signed LEB128", (value, bytes) => expect(hex(new ByteWriter().signed(value))).toBe(bytes));

it.each([-1, 0.5, NaN, 2 ** 53])("refuses %d as unsigned", (value) => expect(() => new ByteWriter().unsigned(value)).toThrow(RangeError));
it.each([0.5, NaN, -(2 ** 53)])("refuses %d as signed", (value) => expect(() => new ByteWriter().signed(value)).toThrow(RangeError));

it("writes floats, names and sized parts", () => {
  expect(hex(new ByteWriter().float32(1))).toBe("0000803f");
  expect(hex(new ByteWriter().int32(-2))).toBe("feffffff");
  expect(hex(new ByteWriter().name("é"))).toBe("02c3a9");
  expect(hex(new ByteWriter().sized(new ByteWriter().byte(1, 2, 3)))).toBe("03010203");
});
