import { describe, expect, it } from "vitest";
import { addPart, writePart } from "./gradient-part.js";

const before = (): Float32Array => Float32Array.from({ length: 10 }, (_, i) => 100 + i);
const runs = { starts: [1, 4, 7], length: 2 };

describe("writePart", () => {
  it("writes a part in its places and zeros in all others", () => {
    const gradient = before();
    writePart(gradient, Float32Array.of(1, 2, 3, 4, 5, 6), runs);
    expect([...gradient]).toEqual([0, 1, 2, 0, 3, 4, 0, 5, 6, 0]);
    writePart(gradient, Float32Array.of(7, 8), { starts: [0], length: 2 });
    expect([...gradient]).toEqual([7, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("leaves a part that lies in its place, and only there, as it is", () => {
    const gradient = before();
    writePart(gradient, gradient.subarray(3, 6), { starts: [3], length: 3 });
    expect([...gradient]).toEqual([0, 0, 0, 103, 104, 105, 0, 0, 0, 0]);
    const memory = before(); // As an engine has it, for all of its arrays.
    writePart(memory.subarray(0, 4), memory.subarray(5, 7), { starts: [1], length: 2 });
    expect([...memory]).toEqual([0, 105, 106, 0, 104, 105, 106, 107, 108, 109]);
  });
});

describe("addPart", () => {
  it("adds a part in its places, those that come twice included", () => {
    const gradient = before();
    addPart(gradient, Float32Array.of(1, 2, 3, 4, 5, 6), { starts: [8, 0, 8], length: 2 });
    expect([...gradient]).toEqual([103, 105, 102, 103, 104, 105, 106, 107, 100 + 8 + 1 + 5, 100 + 9 + 2 + 6]);
  });
});
