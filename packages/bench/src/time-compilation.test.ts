import { type Backend, parameter, referenceBackend } from "@bort/graph";
import { expect, it } from "vitest";
import { timeCompilation } from "./time-compilation.js";

it("adds up the time of compilations, and compiles what it was given", async () => {
  const reference = referenceBackend();
  const slow: Backend = { ...reference, compile: async (graph) => (await new Promise((resolve) => setTimeout(resolve, 20)), reference.compile(graph)) };
  const timed = timeCompilation(slow);
  expect([timed.compileMs, timed.name]).toEqual([0, reference.name]);
  const program = await timed.compile({ y: parameter("x", [1]) });
  expect((await program.run({ x: Float32Array.of(3) }))["y"]!.data[0]).toBe(3);
  const once = timed.compileMs;
  expect(once).toBeGreaterThan(19); // A timer may be a millisecond early.
  await timed.compile({ y: parameter("x", [1]) });
  expect(timed.compileMs).toBeGreaterThan(once + 19);
});
