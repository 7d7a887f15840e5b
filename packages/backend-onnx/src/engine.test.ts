import { afterEach, describe, expect, test, vi } from "vitest";

afterEach(() => {
  vi.doUnmock("onnxruntime-node");
  vi.unstubAllEnvs();
  vi.resetModules();
});

describe("loadEngine", () => {
  test("a missing engine is an error that says how to install it", async () => {
    vi.doMock("onnxruntime-node", () => {
      throw new Error("not found");
    });
    const { onnxBackend } = await import("./index.js");
    await expect(onnxBackend()).rejects.toMatchObject({ code: "backend-onnx/engine-missing", message: expect.stringContaining("npm install onnxruntime-node@1.30.0") });
  });
  test.each([[undefined, "1"], ["0", "0"]])("telemetry is off unless the variable is set: %s", async (given, wanted) => {
    vi.stubEnv("ORT_DISABLE_TELEMETRY", given);
    const { loadEngine } = await import("./engine.js");
    await loadEngine();
    expect(process.env["ORT_DISABLE_TELEMETRY"]).toBe(wanted);
  });
});

test("a device that the engine lacks is refused", async () => {
  const { checkOptions } = await import("./engine.js");
  const engine = { listSupportedBackends: () => [{ name: "cpu", bundled: true }] } as never;
  expect(() => checkOptions(engine, { device: "webgpu" })).toThrow(expect.objectContaining({ code: "backend-onnx/bad-option" }));
});
