import { NativeError, textOf } from "../native-error.js";
import { type WasmMemory, webAssembly } from "./webassembly.js";

const pageBytes = 65_536;
const alignment = 64;
/** A vector kernel may read this far past the last element of a block. */
const slackBytes = 16;
const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

export interface SharedHeapOptions {
  /** What the heap may grow to, a multiple of 64 KiB. Default: 4 GiB, the most that WebAssembly can address. */
  readonly maximumBytes?: number;
}

interface Hole {
  address: number;
  size: number;
}

/**
 * Blocks of one shared WebAssembly memory, which grows as they need it and never moves.
 *
 * Addresses are byte offsets in the memory, multiples of 64 and never 0. A block goes into the smallest hole it fits in, the
 * lowest of equals, so that addresses depend on the calls alone. Fresh blocks hold whatever was there before.
 */
export class SharedHeap {
  readonly memory: WasmMemory;
  /** The most the memory can grow to. */
  readonly maximumBytes: number;
  /** By address; no two touch. */
  readonly #holes: Hole[] = [{ address: alignment, size: pageBytes - alignment }];
  readonly #sizes = new Map<number, number>();
  /** The memory's buffers that were handed out: it has another, over the same bytes, each time it grows, or another shared memory of the process does. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  #end = pageBytes;
  #allocatedBytes = 0;

  /** @throws NativeError `backend-native/bad-option`, `backend-native/out-of-memory` where not even the address space is to be had */
  constructor({ maximumBytes = 65_536 * pageBytes }: SharedHeapOptions = {}) {
    if (!Number.isInteger(maximumBytes / pageBytes) || maximumBytes < pageBytes || maximumBytes > 65_536 * pageBytes) {
      throw new NativeError("backend-native/bad-option", `backend-native: memory may grow to a multiple of 65536 bytes up to 4 GiB, got ${maximumBytes}`);
    }
    this.maximumBytes = maximumBytes;
    try {
      this.memory = new webAssembly.Memory({ initial: 1, maximum: maximumBytes / pageBytes, shared: true });
    } catch (cause) {
      const message = `backend-native: cannot reserve ${maximumBytes} bytes of address space (${textOf(cause)}); raise the limit (ulimit -v)`;
      throw new NativeError("backend-native/out-of-memory", message, { cause });
    }
  }

  /** What the blocks in use take, with their padding. */
  get allocatedBytes(): number {
    return this.#allocatedBytes;
  }

  /** What the memory has grown to; it never shrinks. */
  get capacityBytes(): number {
    return this.#end;
  }

  /**
   * Reserves `bytes` bytes, and at least 16 readable ones behind them.
   *
   * @returns the block's address
   * @throws NativeError `backend-native/out-of-memory`, `backend-native/bad-option`
   */
  allocate(bytes: number): number {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new NativeError("backend-native/bad-option", `backend-native: a block needs a whole number of bytes, got ${bytes}`);
    }
    const size = roundUp(bytes + slackBytes, alignment);
    let best = this.#bestHole(size);
    if (best < 0) {
      this.#grow(size);
      best = this.#holes.length - 1;
    }
    const hole = this.#holes[best]!;
    const { address } = hole;
    hole.address += size;
    hole.size -= size;
    if (hole.size === 0) this.#holes.splice(best, 1);
    this.#sizes.set(address, size);
    this.#allocatedBytes += size;
    return address;
  }

  /**
   * Gives a block back.
   *
   * @throws NativeError `backend-native/bad-address` for anything that is not the address of a block in use
   */
  free(address: number): void {
    const size = this.#sizes.get(address);
    if (size === undefined) throw new NativeError("backend-native/bad-address", `backend-native: no block in use begins at ${address}`);
    this.#sizes.delete(address);
    this.#allocatedBytes -= size;
    this.#addHole(address, size);
  }

  /** Whether `buffer` is this memory, as it is now or was before it grew. */
  owns(buffer: ArrayBufferLike): boolean {
    return buffer === this.memory.buffer || this.#buffers.has(buffer);
  }

  /** Where an array lies in this memory; `undefined` where it lies elsewhere. */
  addressOf({ buffer, byteOffset }: Pick<ArrayBufferView, "buffer" | "byteOffset">): number | undefined {
    return this.owns(buffer) ? byteOffset : undefined;
  }

  /** Elements of the memory at `address`. A view stays valid when the memory grows. */
  float32(address: number, length: number): Float32Array {
    return new Float32Array(this.#buffer(), address, length);
  }

  int32(address: number, length: number): Int32Array {
    return new Int32Array(this.#buffer(), address, length);
  }

  bigInt64(address: number, length: number): BigInt64Array {
    return new BigInt64Array(this.#buffer(), address, length);
  }

  uint8(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#buffer(), address, length);
  }

  #buffer(): ArrayBufferLike {
    const { buffer } = this.memory;
    this.#buffers.add(buffer);
    return buffer;
  }

  #bestHole(size: number): number {
    let best = -1;
    for (const [i, hole] of this.#holes.entries()) {
      if (hole.size >= size && (best < 0 || hole.size < this.#holes[best]!.size)) best = i;
    }
    return best;
  }

  /** Grows the memory until its last hole, which may be there already, has `size` bytes. */
  #grow(size: number): void {
    const last = this.#holes.at(-1);
    const tail = last !== undefined && last.address + last.size === this.#end ? last.size : 0;
    const added = roundUp(size - tail, pageBytes);
    if (this.#end + added > this.maximumBytes) {
      const room = `${this.#allocatedBytes} of at most ${this.maximumBytes} bytes are in use`;
      const remedy = "use a smaller batch, or dispose of programs and free arrays that are no longer needed";
      throw new NativeError("backend-native/out-of-memory", `backend-native: no room for a block of ${size} bytes: ${room}; ${remedy}`);
    }
    try {
      this.memory.grow(added / pageBytes);
    } catch (cause) {
      throw new NativeError("backend-native/out-of-memory", `backend-native: the system refused another ${added} bytes (${textOf(cause)})`, { cause });
    }
    this.#addHole(this.#end, added);
    this.#end += added;
  }

  /** Adds a hole and merges it with those it touches. */
  #addHole(address: number, size: number): void {
    const holes = this.#holes;
    const i = this.#holesBelow(address);
    const before = holes[i - 1];
    const after = holes[i];
    const joinsBefore = before !== undefined && before.address + before.size === address;
    const joinsAfter = after !== undefined && address + size === after.address;
    const start = joinsBefore ? before.address : address;
    const end = joinsAfter ? after.address + after.size : address + size;
    holes.splice(i - Number(joinsBefore), Number(joinsBefore) + Number(joinsAfter), { address: start, size: end - start });
  }

  #holesBelow(address: number): number {
    let low = 0;
    let high = this.#holes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#holes[middle]!.address < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
