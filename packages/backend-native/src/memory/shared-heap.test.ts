import { describe, expect, it } from "vitest";
import { SharedHeap } from "./shared-heap.js";

const page = 65_536;
const paddedSize = (bytes: number): number => Math.ceil((bytes + 16) / 64) * 64;

/** A seeded sequence of integers below `bound`. */
function draws(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** The same policy over a map of 64-byte cells: the smallest run of free cells that fits, the lowest of equals. */
class CellMap {
  readonly cells: boolean[] = [true, ...new Array<boolean>(page / 64 - 1).fill(false)];

  allocate(bytes: number): number {
    const count = paddedSize(bytes) / 64;
    const runs = [...this.#runs()];
    const fit = runs.filter((run) => run.length >= count).sort((a, b) => a.length - b.length || a.start - b.start)[0];
    const start = fit?.start ?? (runs.at(-1) !== undefined && !this.cells.at(-1) ? runs.at(-1)!.start : this.cells.length);
    while (this.cells.length < start + count) this.cells.push(...new Array<boolean>(page / 64).fill(false));
    this.cells.fill(true, start, start + count);
    return start * 64;
  }

  free(address: number, bytes: number): void {
    this.cells.fill(false, address / 64, (address + paddedSize(bytes)) / 64);
  }

  *#runs(): Generator<{ start: number; length: number }> {
    for (let i = 0; i < this.cells.length; i++) {
      const start = i;
      while (i < this.cells.length && !this.cells[i]) i++;
      if (i > start) yield { start, length: i - start };
    }
  }
}

describe("SharedHeap", () => {
  it("knows its arrays after it has grown, and after another heap of the process has", () => {
    const [heap, other] = [new SharedHeap(), new SharedHeap()];
    const address = heap.allocate(400);
    const array = heap.float32(address, 100);
    other.allocate(page);
    expect([heap.addressOf(array), other.addressOf(array)]).toEqual([address, undefined]);
    heap.allocate(page);
    expect(heap.addressOf(array)).toBe(address);
  });

  it.each([1, 2, 3, 4, 5])("gives the addresses of a naive model (seed %i)", (seed) => {
    const draw = draws(seed);
    const heap = new SharedHeap({ maximumBytes: 64 * page });
    const model = new CellMap();
    const live: { address: number; bytes: number; tag: number }[] = [];
    for (let step = 0; step < 400; step++) {
      if (live.length > 0 && draw(100) < 45) {
        const [block] = live.splice(draw(live.length), 1);
        expect(heap.uint8(block!.address, block!.bytes).every((value) => value === block!.tag), "its bytes are untouched").toBe(true);
        heap.free(block!.address);
        model.free(block!.address, block!.bytes);
      } else {
        const bytes = draw(10) === 0 ? draw(100_000) : draw(2_000);
        const address = heap.allocate(bytes);
        expect(address).toBe(model.allocate(bytes));
        heap.uint8(address, bytes).fill(step % 256);
        live.push({ address, bytes, tag: step % 256 });
      }
      expect(heap.allocatedBytes).toBe(live.reduce((sum, { bytes }) => sum + paddedSize(bytes), 0));
      expect(heap.capacityBytes).toBe(model.cells.length * 64);
      expect(heap.memory.buffer.byteLength).toBe(heap.capacityBytes);
    }
  });

  it("is one hole again when everything is free", () => {
    const heap = new SharedHeap();
    const blocks = [1, 100, 5_000, 64, 0, 40_000].map((bytes) => heap.allocate(bytes));
    for (const i of [3, 0, 5, 1, 4, 2]) heap.free(blocks[i]!);
    expect(heap.allocatedBytes).toBe(0);
    expect(heap.allocate(heap.capacityBytes - 64 - 16)).toBe(64);
    expect(heap.capacityBytes).toBe(page);
  });

  it("keeps views valid when the memory grows, and leaves 16 bytes behind the last block", () => {
    const heap = new SharedHeap();
    const address = heap.allocate(12);
    const floats = heap.float32(address, 3);
    const last = heap.allocate(page * 20 - 16);
    heap.float32(address, 3).set([1, 2, 3]);
    expect([...floats]).toEqual([1, 2, 3]);
    expect(heap.uint8(last, page * 20).length).toBe(page * 20);
    heap.bigInt64(address, 1)[0] = -1n;
    expect([...heap.int32(address, 2)]).toEqual([-1, -1]);
  });

  it("refuses what does not fit, in 4 GiB or less, and stays usable", () => {
    const heap = new SharedHeap({ maximumBytes: 4 * page });
    const outOfMemory = expect.objectContaining({ code: "backend-native/out-of-memory" });
    expect(() => heap.allocate(4 * page - 64 - 15)).toThrow(outOfMemory);
    expect(heap.allocate(4 * page - 64 - 16)).toBe(64);
    expect(() => heap.allocate(0)).toThrow(outOfMemory);
    expect(() => new SharedHeap().allocate(2 ** 32)).toThrow(outOfMemory);
    const badOption = expect.objectContaining({ code: "backend-native/bad-option" });
    for (const bytes of [-100, NaN, 0.5, 2 ** 60]) expect(() => heap.allocate(bytes)).toThrow(badOption);
    for (const maximumBytes of [0, page + 1, 2 ** 33]) expect(() => new SharedHeap({ maximumBytes })).toThrow(badOption);
  });

  it("frees a block once, by its own address", () => {
    const heap = new SharedHeap();
    const address = heap.allocate(1_000);
    const badAddress = expect.objectContaining({ code: "backend-native/bad-address" });
    expect(() => heap.free(address + 64)).toThrow(badAddress);
    heap.free(address);
    expect(() => heap.free(address)).toThrow(badAddress);
  });
});
