import { onnxBackend } from "@bort/backend-onnx";
import { type Backend, type Graph, referenceBackend, sizeOf, topologicalOrder } from "@bort/graph";
import { expect, it } from "vitest";
import { SMALL_CHUNK } from "./parameter-layout.js";
import { SquaredNorm } from "./squared-norm.js";

const backends: [string, Backend][] = [["reference", referenceBackend()], ["onnx", await onnxBackend({ threads: 1 })]];

it.each(backends)("a squared norm is that of the vector alone, whatever its length and what came before: on the %s backend", async (_, backend) => {
  const squaredNorm = await SquaredNorm.compile(backend);
  for (const length of [SMALL_CHUNK + 3, 2 * SMALL_CHUNK, 5, 0, 1]) expect(await squaredNorm.of(new Float32Array(length).fill(2))).toBe(4 * length);
  await squaredNorm.dispose();
});

it("sums a chunk in rows that threads can share, and rounds each alone", async () => {
  const graphs: Graph[] = [];
  const reference = referenceBackend();
  const squaredNorm = await SquaredNorm.compile({ ...reference, compile: (graph) => (graphs.push(graph), reference.compile(graph)) });
  const sums = topologicalOrder(graphs.flatMap((graph) => Object.values(graph))).filter(({ op }) => op === "reduceSum");
  for (const { shape, inputs: [input] } of sums) expect(sizeOf(input!.shape) / sizeOf(shape)).toBeLessThanOrEqual(SMALL_CHUNK / 64);
  expect(sums).toHaveLength(1);
  const ones = SMALL_CHUNK - SMALL_CHUNK / 64;
  const vector = new Float32Array(SMALL_CHUNK).fill(1, 1, ones); // All but one of all rows but one.
  vector[SMALL_CHUNK - 1] = 5000;
  expect(await squaredNorm.of(vector)).toBe(25_000_000 + ones - 1); // An odd number above 2^24: no float32.
  await squaredNorm.dispose();
});
