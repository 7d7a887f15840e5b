import { describe, expect, test } from "vitest";
import { ProtoWriter } from "./protobuf.js";

const hex = (writer: ProtoWriter): string => Buffer.from(writer.finish()).toString("hex");

describe("ProtoWriter", () => {
  test("integers are base-128 digits, the least significant first", () => {
    expect(hex(new ProtoWriter().int(1, 150))).toBe("089601"); // the example of the protobuf documentation
    expect(hex(new ProtoWriter().int(1, 0).int(16, 127).int(1, 128))).toBe("0800" + "80017f" + "088001");
    expect(hex(new ProtoWriter().int(1, 2 ** 31))).toBe("088080808008");
    expect(hex(new ProtoWriter().int(1, 2 ** 40 + 1))).toBe("08818080808020");
  });
  test("negative integers take ten bytes", () => {
    expect(hex(new ProtoWriter().int(1, -1))).toBe("08" + "ff".repeat(9) + "01");
    expect(hex(new ProtoWriter().int(1, -2n))).toBe("08fe" + "ff".repeat(8) + "01");
  });
  test("a float is four bytes, little-endian", () => expect(hex(new ProtoWriter().float(2, 1.5))).toBe("150000c03f"));
  test("a double is eight bytes, little-endian", () => expect(hex(new ProtoWriter().double(1, 1.5))).toBe("09000000000000f83f"));
  test("text is UTF-8 with its length in bytes", () => {
    expect(hex(new ProtoWriter().text(2, "testing"))).toBe("120774657374696e67");
    expect(hex(new ProtoWriter().text(2, "é"))).toBe("1202c3a9");
  });
  test("a nested message has its length in front, also an empty one", () => {
    expect(hex(new ProtoWriter().message(3, new ProtoWriter().int(1, 150)))).toBe("1a03089601");
    expect(hex(new ProtoWriter().message(3, new ProtoWriter()))).toBe("1a00");
  });
  test("repeated integers are fields of their own", () => expect(hex(new ProtoWriter().ints(1, [1, 300]))).toBe("0801" + "08ac02"));
  test("long bytes keep their place among short ones", () => {
    const inner = new ProtoWriter().int(1, 7).bytes(9, new Uint8Array(1000).fill(5)).int(2, 8);
    const whole = new ProtoWriter().int(3, 1).message(4, inner).int(5, 2).finish();
    expect(Buffer.from(whole.subarray(0, 10)).toString("hex")).toBe("1801" + "22ef07" + "0807" + "4ae807");
    expect(whole.subarray(10, 1010).every((byte) => byte === 5)).toBe(true);
    expect(Buffer.from(whole.subarray(1010)).toString("hex")).toBe("1008" + "2802");
  });
});
