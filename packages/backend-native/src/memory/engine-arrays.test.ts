import { describe, expect, it } from "vitest";
import { EngineArrays } from "./engine-arrays.js";
import { SharedHeap } from "./shared-heap.js";

const page = 65_536;
const badAddress = expect.objectContaining({ code: "backend-native/bad-address" });

describe("EngineArrays", () => {
  it("lie in the heap up to three quarters of it, then outside, and inside again when there is room", () => {
    const heap = new SharedHeap({ maximumBytes: 16 * page });
    const arrays = new EngineArrays(heap);
    const quarter = page; // 4 pages of bytes
    const [a, b, c] = [1, 2, 3].map(() => arrays.allocate(quarter).fill(1));
    const outside = arrays.allocate(1);
    expect([a, b, c, outside].map((array) => heap.addressOf(array!) !== undefined)).toEqual([true, true, true, false]);
    expect([...outside]).toEqual([0]);
    expect(heap.allocate(3 * page), "room for a program").toBeGreaterThan(0);
    arrays.free(outside);
    arrays.free(b!);
    const again = arrays.allocate(quarter);
    expect(heap.addressOf(again)).toBe(b!.byteOffset);
    expect(again.every((value) => value === 0)).toBe(true);
  });

  it("lie outside where programs leave no room", () => {
    const heap = new SharedHeap({ maximumBytes: 4 * page });
    const arrays = new EngineArrays(heap);
    const program = heap.allocate(3.5 * page);
    const array = arrays.allocate(page / 4);
    expect(heap.addressOf(array)).toBeUndefined();
    arrays.free(array);
    heap.free(program);
    expect(heap.addressOf(arrays.allocate(page / 4))).toBeDefined();
  });

  it("are freed once, by the engine that gave them", () => {
    const heap = new SharedHeap({ maximumBytes: 4 * page });
    const arrays = new EngineArrays(heap);
    const [inside, outside] = [arrays.allocate(10), arrays.allocate(4 * page)];
    for (const array of [inside, outside]) {
      arrays.free(array);
      expect(() => arrays.free(array)).toThrow(badAddress);
    }
    const other = new EngineArrays(new SharedHeap({ maximumBytes: 4 * page }));
    for (const array of [other.allocate(10), new Float32Array(10)]) expect(() => arrays.free(array)).toThrow(badAddress);
    expect(heap.allocatedBytes).toBe(0);
  });
});
