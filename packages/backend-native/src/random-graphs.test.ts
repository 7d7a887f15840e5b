import { type Feeds, parametersOf, sizeOf, type TypedArray } from "@bort/graph";
import { disagreement, numberStream, randomGraph, testRandomGraphs } from "@bort/graph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nativeBackend, type NativeBackend } from "./native-backend.js";
import { withoutBlas } from "./test-blas.js";

describe.skipIf(withoutBlas !== "")(`random graphs${withoutBlas}`, () => {
  let backend: NativeBackend;
  beforeAll(async () => {
    backend = await nativeBackend({ threads: 2 });
  });
  afterAll(() => backend.close());

  testRandomGraphs("native", () => backend);

  it("outputs written over feeds, or across them, are those of the reference", async () => {
    let inPlace = 0;
    for (let seed = 1000; seed < 1100; seed++) {
      const next = numberStream(seed * 31);
      const { graph, feeds } = randomGraph(seed);
      const parameters = [...parametersOf(graph)].filter(([, { dtype }]) => dtype === "f32");
      const others = [...parametersOf(graph)].filter(([, { dtype }]) => dtype !== "f32");
      const largest = Math.max(...[...Object.values(graph), ...parameters.map(([, node]) => node)].map(({ shape }) => sizeOf(shape)));
      /** Each feed lies in a room of its own, which one output shares. */
      const rooms = parameters.map(() => backend.memory.allocate(largest + 4));
      const given: Record<string, TypedArray> = Object.fromEntries(others.map(([name, { dtype }]) => [name, typed(dtype, feeds[name]!)]));
      parameters.forEach(([name], i) => {
        given[name] = rooms[i]!.subarray(2, 2 + feeds[name]!.length);
        given[name].set(feeds[name]! as never);
      });
      const into: Record<string, TypedArray> = {};
      Object.entries(graph).filter(([, { dtype }]) => dtype === "f32").slice(0, rooms.length).forEach(([name, { shape }], i) => {
        const start = Math.floor(next() * 3) + (next() < 0.5 ? 0 : 1);
        into[name] = rooms[i]!.subarray(start, start + sizeOf(shape));
        if (into[name].byteOffset === given[parameters[i]![0]]!.byteOffset) inPlace++;
      });
      const program = await backend.compile(graph);
      const outputs = await program.run(given as Feeds, into as Feeds);
      expect(disagreement(outputs, graph, feeds, 1e-4), `seed ${seed}`).toBeNull();
      for (const [name, array] of Object.entries(into)) expect(outputs[name]!.data).toBe(array);
      await program.dispose();
      for (const room of rooms) backend.memory.free(room);
    }
    expect(inPlace).toBeGreaterThan(20);
    expect(backend.memoryInUse()).toBe(0);
  });
});

function typed(dtype: "bool" | "i32" | "i64" | "f32", values: readonly number[]): TypedArray {
  if (dtype === "bool") return Uint8Array.from(values);
  return dtype === "i64" ? BigInt64Array.from(values, BigInt) : Int32Array.from(values);
}
