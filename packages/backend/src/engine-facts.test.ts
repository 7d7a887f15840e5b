import { expect, it } from "vitest";
import { createBackend } from "./create-backend.js";
import { engineFacts, engineText } from "./engine-facts.js";

it("the facts of a backend are plain data", async () => {
  const backend = await createBackend({ engine: "onnx", threads: 1 });
  const facts = engineFacts(backend);
  await backend.close();
  expect(JSON.parse(JSON.stringify(facts))).toEqual({ engine: "onnx", threads: 1, version: backend.version });
});

it("engineText counts threads and names what it knows", () => {
  expect(engineText({ engine: "native", threads: 2, version: "OpenBLAS 0.3.29" })).toBe("native (OpenBLAS 0.3.29), 2 threads");
  expect(engineText({ engine: "native", threads: 1 })).toBe("native, 1 thread");
  expect(engineText({ engine: "onnx", threads: 1, version: "ONNX Runtime 1.30.0" })).toBe("onnx (ONNX Runtime 1.30.0), 1 thread");
});
