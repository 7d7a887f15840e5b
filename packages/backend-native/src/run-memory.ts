import { allocate, type Call, type Feeds, type Outputs, sizeOf, type TypedArray } from "@bort/graph";
import { HeapBlocks } from "./memory/heap-blocks.js";
import { type SharedHeap } from "./memory/shared-heap.js";
import { type Buffer } from "./plan/view.js";
import { type NamedBuffer, type ProgramBorder } from "./program-border.js";

/**
 * Where the feeds and outputs of a run lie: in place where they are in the heap, else in blocks that are reserved for the run alone. To reserve one takes
 * about a microsecond, and what large arrays take is free for the next program.
 */
export class RunMemory {
  readonly #heap: SharedHeap;
  readonly #border: ProgramBorder;
  readonly #blocks: HeapBlocks;
  /** Blocks of feeds and outputs that are not in place. */
  readonly #copies = new Map<Buffer, number>();

  constructor(heap: SharedHeap, border: ProgramBorder) {
    this.#heap = heap;
    this.#border = border;
    this.#blocks = new HeapBlocks(heap);
  }

  /**
   * The addresses of what a call reads and writes. Of several calls on one memory, a feed outside the heap is taken from the first.
   *
   * @throws NativeError `backend-native/out-of-memory`
   */
  addressesOf(call: Call): Map<Buffer, number> {
    const addresses = new Map<Buffer, number>();
    for (const feed of this.#border.feeds) addresses.set(feed.buffer, this.#feedAddress(feed, call.feeds[feed.name]!));
    for (const output of this.#border.outputs) {
      addresses.set(output.buffer, this.#border.outputInPlace(output, call) ?? this.#copies.get(output.buffer) ?? this.#copy(output.buffer));
    }
    return addresses;
  }

  /** The outputs of a run that is over, in the arrays where they are wanted, or in fresh ones. */
  outputs(into: Feeds): Outputs {
    return Object.fromEntries(this.#border.outputs.map(({ buffer, name }) => {
      const { dtype, shape } = this.#border.graph[name]!;
      const data = into[name] ?? allocate(dtype, sizeOf(shape));
      const copy = this.#copies.get(buffer);
      if (copy !== undefined) this.#readOut(copy, data);
      return [name, { dtype, shape, data }];
    }));
  }

  free(): void {
    this.#blocks.free();
  }

  /** Where a feed lies, or is copied to: booleans and whole numbers of 64 bits become i32. */
  #feedAddress({ buffer, dtype }: NamedBuffer, feed: TypedArray): number {
    const address = dtype === "f32" || dtype === "i32" ? this.#heap.addressOf(feed) : undefined;
    const known = address ?? this.#copies.get(buffer);
    if (known !== undefined) return known;
    const copy = this.#copy(buffer);
    if (feed instanceof Float32Array) this.#heap.float32(copy, feed.length).set(feed);
    else if (feed instanceof BigInt64Array) this.#heap.int32(copy, feed.length).set(Int32Array.from(feed, (value) => Number(BigInt.asIntN(32, value))));
    else this.#heap.int32(copy, feed.length).set(feed);
    return copy;
  }

  #copy(buffer: Buffer): number {
    const address = this.#blocks.reserve(4 * buffer.size);
    this.#copies.set(buffer, address);
    return address;
  }

  #readOut(address: number, data: TypedArray): void {
    if (data instanceof Float32Array) data.set(this.#heap.float32(address, data.length));
    else if (data instanceof BigInt64Array) data.set(BigInt64Array.from(this.#heap.int32(address, data.length), BigInt));
    else data.set(this.#heap.int32(address, data.length));
  }
}
