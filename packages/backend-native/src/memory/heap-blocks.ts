import { type SharedHeap } from "./shared-heap.js";

/** Blocks of a heap that are given back together. */
export class HeapBlocks {
  readonly #addresses: number[] = [];

  constructor(private readonly heap: SharedHeap) {}

  /** Reserves a block as the heap does; @throws NativeError `backend-native/out-of-memory`, and the blocks so far stay */
  reserve(bytes: number): number {
    const address = this.heap.allocate(bytes);
    this.#addresses.push(address);
    return address;
  }

  free(): void {
    for (const address of this.#addresses.splice(0)) this.heap.free(address);
  }
}
