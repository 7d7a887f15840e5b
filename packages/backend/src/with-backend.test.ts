import { describeBlas } from "@bort/backend-native";
import { mul, parameter } from "@bort/graph";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type EngineBackend } from "./create-backend.js";
import { withBackend } from "./with-backend.js";

const hasBlas = (() => {
  try {
    return describeBlas() !== "";
  } catch {
    return false;
  }
})();

const square = { y: mul(parameter("x", [1]), parameter("x", [1])) };

afterEach(() => void vi.unstubAllEnvs());

describe("withBackend", () => {
  it.skipIf(!hasBlas).each([["that succeeds", false], ["that fails", true]])("closes the engine after work %s", async (_, fails) => {
    let used: EngineBackend | undefined;
    const done = withBackend({ engine: "native", threads: 1 }, async (backend) => {
      used = backend;
      await (await backend.compile(square)).dispose();
      if (fails) throw new Error("the work failed");
      return backend.engine;
    });
    if (fails) await expect(done).rejects.toThrow("the work failed");
    else expect(await done).toBe("native");
    await expect(used!.compile(square)).rejects.toMatchObject({ code: "backend-native/closed" });
  });

  it("tells in one line why it falls back, before the work", async () => {
    vi.stubEnv("BORT_BLAS", "/nonexistent");
    const told: string[] = [];
    expect(await withBackend({ threads: 1, tell: (line) => void told.push(line) }, async ({ engine }) => [engine, told.length])).toEqual(["onnx", 1]);
    expect(told[0]).toMatch(/^on ONNX Runtime: backend-native: [^\n]*(BORT_BLAS|koffi)[^\n]*$/);
    expect(await withBackend({ threads: 1 }, async ({ engine }) => engine)).toBe("onnx");
  });

  it("tells nothing where ONNX Runtime is asked for", async () => {
    const tell = vi.fn();
    expect(await withBackend({ engine: "onnx", threads: 1, tell }, async ({ engine }) => engine)).toBe("onnx");
    expect(tell).not.toHaveBeenCalled();
  });
});
