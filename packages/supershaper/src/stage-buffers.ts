import { type EngineMemory, type TensorType, type TypedArray, allocate, sizeOf } from "@bort/graph";

/** Arrays between stages, by name: one that is asked for again in another size lies in the same memory, as long as it fits. */
export class StageBuffers {
  readonly #arrays = new Map<string, TypedArray>();

  constructor(private readonly memory: EngineMemory) {}

  /** An array for a value of that type; what it holds is what was last written to it, or nothing of use. */
  of(name: string, { dtype, shape }: TensorType): TypedArray {
    const size = sizeOf(shape);
    const key = `${dtype} ${name}`;
    const there = this.#arrays.get(key);
    if (there !== undefined && there.length >= size) return there.subarray(0, size);
    this.#arrays.delete(key); // Before there is another, which may fail.
    if (there instanceof Float32Array) this.memory.free(there);
    const array = dtype === "f32" ? this.memory.allocate(size) : allocate(dtype, size); // An engine's own memory is of float32.
    this.#arrays.set(key, array);
    return array;
  }

  free(): void {
    for (const array of this.#arrays.values()) if (array instanceof Float32Array) this.memory.free(array);
    this.#arrays.clear();
  }
}
