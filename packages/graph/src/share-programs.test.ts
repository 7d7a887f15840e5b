import { expect, it, vi } from "vitest";
import { type Backend } from "./backend.js";
import { type Graph } from "./ir.js";
import * as op from "./ops.js";
import { referenceBackend } from "./reference.js";
import { sharePrograms } from "./share-programs.js";
import { testBackend } from "./test-backend.js";

const table = (...values: number[]): Graph => ({ sum: op.add(op.parameter("x", [values.length]), op.constant(values, [values.length])) });

const counting = (): Backend & { readonly compile: ReturnType<typeof vi.fn<Backend["compile"]>> } => ({ ...referenceBackend(), compile: vi.fn(referenceBackend().compile) });

testBackend("the reference backend with shared programs", async () => sharePrograms(referenceBackend()));

it("compiles equal graphs once, also after a program was disposed", async () => {
  const backend = counting();
  const shared = sharePrograms(backend);
  const first = await shared.compile(table(1, 2, 3, 4, 5, 6));
  await first.dispose();
  const second = await shared.compile(table(1, 2, 3, 4, 5, 6));
  expect([...(await second.run({ x: new Float32Array(6) }))["sum"]!.data]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(backend.compile).toHaveBeenCalledTimes(1);
  expect(shared.compiled).toBe(1);
});

it("tells graphs apart that differ in one element of a long constant, or in the sign of a zero", async () => {
  const shared = sharePrograms(referenceBackend());
  for (const graph of [table(1, 2, 3, 4, 5, 6), table(1, 2, 3, 4, 5, 7), table(0), table(-0)]) await shared.compile(graph);
  expect(shared.compiled).toBe(4);
});

it("disposes programs once they are all given back, and compiles anew after that", async () => {
  const dispose = vi.fn(async () => undefined);
  const backend: Backend = { ...referenceBackend(), compile: async (graph) => ({ ...(await referenceBackend().compile(graph)), dispose }) };
  const shared = sharePrograms(backend);
  for (let i = 0; i < 3; i++) await (await shared.compile(table(1))).dispose();
  expect(dispose).not.toHaveBeenCalled();
  await shared.disposePrograms();
  expect(dispose).toHaveBeenCalledTimes(1);
  await shared.compile(table(1));
  expect(shared.compiled).toBe(1);
});

it("forgets a compilation that failed", async () => {
  const backend = counting();
  backend.compile.mockRejectedValueOnce(new Error("not now"));
  const shared = sharePrograms(backend);
  await expect(shared.compile(table(1))).rejects.toThrow("not now");
  await expect(shared.compile(table(1))).resolves.toBeDefined();
});
