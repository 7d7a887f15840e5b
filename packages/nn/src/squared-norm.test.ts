import { onnxBackend } from "@bort/backend-onnx";
import { type Backend, referenceBackend } from "@bort/graph";
import { expect, it } from "vitest";
import { SMALL_CHUNK } from "./parameter-layout.js";
import { SquaredNorm } from "./squared-norm.js";

const backends: [string, Backend][] = [["reference", referenceBackend()], ["onnx", await onnxBackend({ threads: 1 })]];

it.each(backends)("a squared norm is that of the vector alone, whatever its length and what came before: on the %s backend", async (_, backend) => {
  const squaredNorm = await SquaredNorm.compile(backend);
  for (const length of [SMALL_CHUNK + 3, 2 * SMALL_CHUNK, 5, 0, 1]) expect(await squaredNorm.of(new Float32Array(length).fill(2))).toBe(4 * length);
  await squaredNorm.dispose();
});
