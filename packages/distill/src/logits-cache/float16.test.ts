import { describe, expect, it } from "vitest";
import { golden } from "../test-terms.js";
import { fromFloat16, toFloat16 } from "./float16.js";

const finite = Uint16Array.from({ length: 65_536 }, (_, half) => half).filter((half) => ((half >>> 10) & 31) !== 31);

describe("float16", () => {
  it("rounds as torch does", () => expect([...toFloat16(Float32Array.from(golden.float16.values))]).toEqual(golden.float16.bits));

  it("gives back each of its finite numbers bit for bit", () => expect(toFloat16(fromFloat16(finite))).toEqual(finite));

  it("rounds to the nearest, and to even from halfway", () => {
    const positive = finite.filter((half) => half < 0x7bff);
    const [below, above] = [fromFloat16(positive), fromFloat16(positive.map((half) => half + 1))];
    const between = (share: number): Uint16Array => toFloat16(below.map((value, i) => value + share * (above[i]! - value)));
    expect(between(0.49)).toEqual(positive);
    expect(between(0.51)).toEqual(positive.map((half) => half + 1));
    expect(between(0.5)).toEqual(positive.map((half) => half + (half & 1)));
  });
});
