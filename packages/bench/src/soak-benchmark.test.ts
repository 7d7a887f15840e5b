import { onnxBackend } from "@bort/backend-onnx";
import { describe, expect, it } from "vitest";
import { measureSoak } from "./soak-benchmark.js";
import { parseStepShape } from "./step-shape.js";

describe("measureSoak", async () => {
  const shape = parseStepShape("2,8,16,2,32,1,50,2");
  const backend = await onnxBackend({ threads: 1 });

  it("compiles every trainer anew and disposes of it", async () => {
    const alive = new Set<object>();
    let compiled = 0;
    const counting: typeof backend = {
      ...backend,
      compile: async (graph) => {
        const program = await backend.compile(graph);
        compiled++;
        alive.add(program);
        return { run: (feeds, into) => program.run(feeds, into), dispose: () => (alive.delete(program), program.dispose()) };
      },
    };
    const { cycles, steps } = await measureSoak(counting, shape, { cycles: 20, steps: 20 });
    expect(compiled % 21).toBe(0);
    expect(compiled).toBeGreaterThan(0);
    expect(alive.size).toBe(0);
    for (const { earlyBytes, lateBytes, ratio } of [cycles, steps]) expect(ratio).toBe(lateBytes / earlyBytes);
  });

  it("refuses counts too small to have a warm-up", async () => {
    await expect(measureSoak(backend, shape, { cycles: 19 })).rejects.toMatchObject({ code: "bench/bad-option" });
    await expect(measureSoak(backend, shape, { steps: 19 })).rejects.toMatchObject({ code: "bench/bad-option" });
  });
});
