import { describeBlas } from "@bort/backend-native";
import { BackendError, onnxBackend } from "@bort/backend-onnx";
import { mul, parameter } from "@bort/graph";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createBackend, type EngineBackend } from "./create-backend.js";

vi.mock("@bort/backend-onnx", async (original) => {
  const module = await original<{ readonly onnxBackend: typeof onnxBackend }>();
  return { ...module, onnxBackend: vi.fn(module.onnxBackend) };
});

const blas = (() => {
  try {
    return describeBlas();
  } catch {
    return undefined;
  }
})();

async function square(backend: EngineBackend): Promise<number> {
  const x = parameter("x", [1]);
  const program = await backend.compile({ y: mul(x, x) });
  const { y } = await program.run({ x: Float32Array.of(3) });
  await program.dispose();
  return Number(y!.data[0]);
}

describe.skipIf(blas === undefined)("createBackend, with a BLAS", () => {
  it.each(["auto", "native"] as const)("gives the native engine for %s", async (engine) => {
    const backend = await createBackend({ engine, threads: 1 });
    try {
      expect([backend.engine, backend.threads, backend.version]).toEqual(["native", 1, blas]);
      expect(backend).not.toHaveProperty("fallback");
      expect(await square(backend)).toBe(9);
      if (backend.engine === "native") expect(backend.explain({ y: mul(parameter("x", [1]), 2) })).toContain("1 steps");
    } finally {
      await backend.close();
    }
  });
});

it("gives ONNX Runtime where it is asked for", async () => {
  const backend = await createBackend({ engine: "onnx", threads: 1 });
  expect([backend.engine, backend.threads, backend.version]).toEqual(["onnx", 1, "ONNX Runtime 1.30.0"]);
  expect(backend).not.toHaveProperty("fallback");
  expect(await square(backend)).toBe(9);
  await backend.close();
});

describe("createBackend, without a BLAS", () => {
  beforeEach(() => void vi.stubEnv("BORT_BLAS", "libno-such-blas.so"));
  afterEach(() => void vi.unstubAllEnvs());

  it("falls back to ONNX Runtime and says why", async () => {
    const backend = await createBackend({ threads: 1 });
    expect(backend).toMatchObject({ engine: "onnx", fallback: { name: "NativeError", message: expect.stringMatching(/BORT_BLAS|koffi/) } });
    expect(await square(backend)).toBe(9);
  });

  it("refuses the native engine by name", async () => {
    await expect(createBackend({ engine: "native" })).rejects.toMatchObject({ code: expect.stringMatching(/^backend-native\/(bad-blas|no-koffi)$/) });
  });

  it("names both reasons where ONNX Runtime is missing too", async () => {
    vi.mocked(onnxBackend).mockRejectedValueOnce(new BackendError("backend-onnx/engine-missing", "backend-onnx: no ONNX Runtime"));
    await expect(createBackend()).rejects.toMatchObject({
      name: "EngineError", code: "backend/no-engine", message: expect.stringMatching(/backend-native: .*; and backend-onnx: no ONNX Runtime$/),
      cause: { errors: [{ name: "NativeError" }, { name: "BackendError" }] },
    });
  });
});

it("refuses the name of another engine, and threads that no engine has", async () => {
  await expect(createBackend({ engine: "wasm" as "onnx" })).rejects.toMatchObject({ code: "backend/bad-option" });
  await expect(createBackend({ threads: 0 })).rejects.toMatchObject({ code: expect.stringMatching(/^backend-(native|onnx)\/bad-option$/) });
});
