import { type EngineMemory, type TensorType } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { StageBuffers } from "./stage-buffers.js";

const states = (rows: number): TensorType => ({ dtype: "f32", shape: [rows, 2] });

/** Memory of so many elements, which refuses arrays that it did not give, or that were given back. */
class SmallMemory implements EngineMemory {
  readonly given = new Set<Float32Array>();

  constructor(private readonly most: number) {}

  allocate(length: number): Float32Array {
    if (length > this.most) throw new RangeError("no memory is left");
    const array = new Float32Array(length);
    this.given.add(array);
    return array;
  }

  free(array: Float32Array): void {
    if (!this.given.delete(array)) throw new Error("an array was given back that is not there");
  }
}

describe("StageBuffers", () => {
  it("gives the same memory again as long as it fits, and gives all back", () => {
    const memory = new SmallMemory(100);
    const buffers = new StageBuffers(memory);
    const first = buffers.of("states", states(4));
    expect(buffers.of("states", states(3)).buffer).toBe(first.buffer);
    expect(buffers.of("states", states(5)).length).toBe(10);
    expect(buffers.of("others", states(4)).buffer).not.toBe(first.buffer);
    expect(memory.given.size).toBe(2);
    buffers.free();
    expect(memory.given.size).toBe(0);
  });

  it("gives back once what made room for an array that did not fit", () => {
    const memory = new SmallMemory(10);
    const buffers = new StageBuffers(memory);
    buffers.of("states", states(5));
    expect(() => buffers.of("states", states(6))).toThrow(RangeError);
    expect(memory.given.size).toBe(0);
    buffers.free();
    expect(buffers.of("states", states(2)).length).toBe(4);
  });
});
