import { onnxBackend } from "@bort/backend-onnx";
import { type Backend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { measureFinetune } from "./finetune-benchmark.js";
import { parseFinetuneShape } from "./finetune-shape.js";

const shape = parseFinetuneShape("4,8,16,2,32,1,50,3");

describe("measureFinetune", async () => {
  const backend = await onnxBackend({ threads: 1 });

  it("times steps of a classifier that learns its batch, from a loss near that of a guess", async () => {
    const { medianMs, minMs, loss, peakBytes } = await measureFinetune(backend, shape, { warmUp: 1, repeats: 1 });
    expect(minMs).toBeGreaterThan(0);
    expect(medianMs).toBe(minMs);
    expect(peakBytes).toBeGreaterThan(1e6);
    expect(Math.abs(loss - Math.log(3))).toBeLessThan(1);
    expect((await measureFinetune(backend, shape, { repeats: 300 })).loss).toBeLessThan(loss - 0.1);
  });

  it("compiles for the first training alone, and disposes of every program", async () => {
    let [compiled, disposed] = [0, 0];
    const slow: Backend = {
      ...backend,
      compile: async (graph) => {
        compiled++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        const program = await backend.compile(graph);
        return { ...program, run: program.run.bind(program), dispose: async () => (disposed++, program.dispose()) };
      },
    };
    const { first, second, medianMs } = await measureFinetune(slow, shape, { repeats: 3 });
    expect([compiled, disposed]).toEqual([3, 3]); // Gradients, norm and update.
    expect(first.compileMs).toBeGreaterThan(3 * 19); // A timer may be a millisecond early.
    expect(first.firstStepMs).toBeGreaterThan(19);
    for (const time of [second.compileMs, second.firstStepMs, medianMs]) expect(time).toBeGreaterThan(0);
  });

  it.each([{ repeats: 0 }, { warmUp: 0 }])("refuses %j", async (options) => {
    await expect(measureFinetune(backend, shape, options)).rejects.toMatchObject({ code: "bench/bad-option" });
  });
});
