import { type EngineMemory } from "@bort/graph";
import { NativeError } from "../native-error.js";
import { type SharedHeap } from "./shared-heap.js";

/** The part of a heap that arrays may take; the rest is left to programs. */
const arrayShare = 3 / 4;

/**
 * The arrays of an engine. They lie in its heap, where programs read and write them in place, as long as all of them take at most three quarters of
 * what it may grow to and it has room; what comes after that is ordinary, and is copied into the heap and out of it by every run that uses it.
 */
export class EngineArrays implements EngineMemory {
  readonly #heap: SharedHeap;
  readonly #outside = new WeakSet<Float32Array>();
  #bytesInside = 0;

  constructor(heap: SharedHeap) {
    this.#heap = heap;
  }

  allocate(length: number): Float32Array {
    const address = this.#addressFor(4 * length);
    if (address !== undefined) return this.#heap.float32(address, length).fill(0);
    const array = new Float32Array(length);
    this.#outside.add(array);
    return array;
  }

  /** @throws NativeError `backend-native/bad-address` for what `allocate` has not given, or what was given back */
  free(array: Float32Array): void {
    if (this.#outside.delete(array)) return;
    const address = this.#heap.addressOf(array);
    if (address === undefined) {
      const message = `backend-native: an array of ${array.length} elements is none of this engine's; free what its memory allocated, once`;
      throw new NativeError("backend-native/bad-address", message);
    }
    this.#heap.free(address);
    this.#bytesInside -= array.byteLength;
  }

  #addressFor(bytes: number): number | undefined {
    if (this.#bytesInside + bytes > arrayShare * this.#heap.maximumBytes) return undefined;
    try {
      const address = this.#heap.allocate(bytes);
      this.#bytesInside += bytes;
      return address;
    } catch (cause) {
      if (cause instanceof NativeError && cause.code === "backend-native/out-of-memory") return undefined;
      throw cause;
    }
  }
}
