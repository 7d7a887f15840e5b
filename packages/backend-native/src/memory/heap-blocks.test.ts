import { describe, expect, it } from "vitest";
import { HeapBlocks } from "./heap-blocks.js";
import { SharedHeap } from "./shared-heap.js";

describe("HeapBlocks", () => {
  it("are given back together, also where the last did not fit, and can be reserved anew", () => {
    const heap = new SharedHeap({ maximumBytes: 65_536 });
    const kept = heap.allocate(100);
    const before = heap.allocatedBytes;
    const blocks = new HeapBlocks(heap);
    for (let round = 0; round < 2; round++) {
      expect(blocks.reserve(1_000)).not.toBe(blocks.reserve(1_000));
      expect(() => blocks.reserve(65_536)).toThrow(expect.objectContaining({ code: "backend-native/out-of-memory" }));
      blocks.free();
      expect(heap.allocatedBytes).toBe(before);
    }
    heap.free(kept);
  });
});
