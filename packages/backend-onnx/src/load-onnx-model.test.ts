import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Feeds, type Graph, type TensorData, add, encodeModel, gather, layerNorm, linear, matmul, parameter, parametersOf, reduceMean, referenceBackend, reshape,
  slice, softmax, transpose, where,
} from "@bort/graph";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadOnnxModel } from "./load-onnx-model.js";

const WIDTH = 8;
const HEADS = 2;
const DEPTH = WIDTH / HEADS;

/** One attention layer over token ids, with a mask: `i32[batch, sequence]`, `i32[batch, sequence] -> [batch, sequence, width]`, `[batch, width]` twice. */
function encoder(batch: number, sequence: number): Graph {
  const rows = batch * sequence;
  const ids = parameter("ids", [batch, sequence], "i32");
  const mask = parameter("mask", [batch, 1, 1, sequence], "bool");
  const positions = slice(parameter("positions", [32, WIDTH], "f32"), [0, 0], [sequence, WIDTH]);
  const embedded = reshape(add(gather(parameter("table", [11, WIDTH]), ids), positions), [rows, WIDTH]);
  const projected = linear(embedded, parameter("weight", [3 * WIDTH, WIDTH]), parameter("bias", [3 * WIDTH])); // [rows, 3 width]
  const [query, key, value] = [0, 1, 2].map((part) => {
    const columns = slice(projected, [0, part * WIDTH], [rows, (part + 1) * WIDTH]);
    return transpose(reshape(columns, [batch, sequence, HEADS, DEPTH]), [0, 2, 1, 3]); // [batch, heads, sequence, depth]
  });
  const scores = where(mask, matmul(query!, key!, { transposeB: true, alpha: DEPTH ** -0.5 }), -1e4);
  const context = reshape(transpose(matmul(softmax(scores), value!), [0, 2, 1, 3]), [rows, WIDTH]);
  const hidden = reshape(layerNorm(add(embedded, context), parameter("gain", [WIDTH]), parameter("shift", [WIDTH]), 1e-5), [batch, sequence, WIDTH]);
  return { hidden, first: reshape(slice(hidden, [0, 0, 0], [batch, 1, WIDTH]), [batch, WIDTH]), mean: reduceMean(hidden, [1]) };
}

const noise = (length: number, seed: number): Float32Array => Float32Array.from({ length }, (_, i) => (Math.sin(12.9898 * (i + 1) + seed) * 43758.5453) % 1);
const standIns = { batch: 37, sequence: 31 };
const graph = encoder(standIns.batch, standIns.sequence);
const inputs = ["ids", "mask"];
const weights: Record<string, TensorData> = Object.fromEntries([...parametersOf(graph)].filter(([name]) => !inputs.includes(name))
  .map(([name, { dtype, shape }], i) => [name, { dtype, shape, data: noise(shape.reduce((a, b) => a * b), i) }]));
const closeTo = (got: TensorData, want: TensorData): void => {
  expect(got.shape).toEqual(want.shape);
  Array.from(want.data, Number).forEach((value, i) => expect(Number(got.data[i])).toBeCloseTo(value, 4));
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bort-onnx-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(["onnx", "onnxruntime"] as const)("an exported model in the %s dialect", (dialect) => {
  test("runs at any batch and sequence length as the reference does", async () => {
    const path = join(folder, `${dialect}.onnx`);
    await writeFile(path, encodeModel(graph, { dialect, initializers: weights, dynamic: standIns, metadata: { made: "by a test" } }));
    const model = await loadOnnxModel(path, { threads: 1 });
    expect(model.inputs.toSorted()).toEqual(inputs);
    expect(model.outputs).toEqual(["hidden", "first", "mean"]);
    for (const [batch, sequence] of [[1, 1], [3, 5], [2, 32]] as const) {
      const ids = Int32Array.from({ length: batch * sequence }, (_, i) => (i * 5) % 11);
      const mask = Uint8Array.from({ length: batch * sequence }, (_, i) => (i % sequence === 0 || i % 3 !== 0 ? 1 : 0));
      const got = await model.run({ ids: { data: ids, shape: [batch, sequence] }, mask: { data: mask, shape: [batch, 1, 1, sequence] } });
      const program = await referenceBackend().compile(encoder(batch, sequence));
      const feeds: Feeds = { ids, mask, ...Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, data])) };
      const want = await program.run(feeds);
      await program.dispose();
      for (const name of model.outputs) closeTo(got[name]!, want[name]!);
    }
    await model.dispose();
  });
});

describe("loadOnnxModel", () => {
  const bytes = encodeModel({ y: reshape(parameter("x", [7, 2]), [14]) }, { dynamic: { n: 7 } });

  test("runs a model from its bytes", async () => {
    const model = await loadOnnxModel(bytes);
    expect(await model.run({ x: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] } })).toEqual({ y: { dtype: "f32", shape: [4], data: Float32Array.of(1, 2, 3, 4) } });
    await model.dispose();
  });
  test.each([
    ["a missing input", {}],
    ["an unknown input", { x: { data: new Float32Array(2), shape: [1, 2] }, z: { data: new Float32Array(1), shape: [1] } }],
    ["data of another length than its shape", { x: { data: new Float32Array(3), shape: [1, 2] } }],
  ])("refuses %s", async (_, feeds) => {
    const model = await loadOnnxModel(bytes);
    await expect(model.run(feeds as Parameters<typeof model.run>[0])).rejects.toMatchObject({ name: "BackendError", code: "backend-onnx/bad-feed" });
    await model.dispose();
  });
  test("a shape that the model does not allow is the engine's error", async () => {
    const model = await loadOnnxModel(bytes);
    await expect(model.run({ x: { data: new Float32Array(3), shape: [1, 3] } })).rejects.toMatchObject({ code: "backend-onnx/run-failed" });
    await model.dispose();
  });
  test("a disposed model runs no more", async () => {
    const model = await loadOnnxModel(bytes);
    await model.dispose();
    await expect(model.run({ x: { data: new Float32Array(2), shape: [1, 2] } })).rejects.toMatchObject({ code: "backend-onnx/disposed" });
  });
  test("what is no model, or not there, is refused in one line", async () => {
    for (const source of [Uint8Array.of(1, 2, 3), join(folder, "missing.onnx")]) {
      const error: unknown = await loadOnnxModel(source).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ name: "BackendError", code: "backend-onnx/bad-model" });
      expect((error as Error).message).not.toContain("\n");
    }
  });
});
