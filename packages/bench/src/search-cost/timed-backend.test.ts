import { type Backend, type Program, parameter, referenceBackend } from "@bort/graph";
import * as op from "@bort/graph";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { timedBackend } from "./timed-backend.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setTimeout"] }));
afterEach(() => void vi.useRealTimers());

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Every call of it takes as long as it is told. */
function slowBackend(ms: { readonly compile: number; readonly run: number; readonly dispose: number }): Backend {
  const program: Program = {
    run: () => after(ms.run).then(() => ({})),
    runEach: (calls) => after(ms.run * calls.length),
    dispose: () => after(ms.dispose),
  };
  return { name: "slow", device: "cpu", compile: () => after(ms.compile).then(() => program) };
}

describe("timedBackend", () => {
  it("counts the time in calls and no other", async () => {
    const backend = timedBackend(slowBackend({ compile: 100, run: 20, dispose: 3 }));
    const compiling = backend.compile({});
    await vi.advanceTimersByTimeAsync(100);
    const program = await compiling;
    await vi.advanceTimersByTimeAsync(1000);
    const running = Promise.all([program.run({}), program.runEach!([{ feeds: {}, into: {} }, { feeds: {}, into: {} }])]);
    await vi.advanceTimersByTimeAsync(40); // Side by side: 20 and 40.
    await running;
    await vi.advanceTimersByTimeAsync(1000);
    const disposing = program.dispose();
    await vi.advanceTimersByTimeAsync(3);
    await disposing;
    expect(backend.insideMs()).toBe(143);
  });

  it("counts a call that is under way, and one that fails", async () => {
    const backend = timedBackend({ ...slowBackend({ compile: 0, run: 0, dispose: 0 }), compile: () => after(50).then(() => { throw new Error("no"); }) });
    const compiling = expect(backend.compile({})).rejects.toThrow("no");
    await vi.advanceTimersByTimeAsync(30);
    expect(backend.insideMs()).toBe(30);
    await vi.advanceTimersByTimeAsync(30);
    await compiling;
    expect(backend.insideMs()).toBe(50);
  });
});

it("computes what the backend computes, in its memory", async () => {
  const allocated: number[] = [];
  const memory = { allocate: (length: number) => { allocated.push(length); return new Float32Array(length); }, free: () => undefined };
  const backend = timedBackend({ ...referenceBackend(), memory, threads: 3 });
  expect(backend).toMatchObject({ name: referenceBackend().name, device: "cpu", threads: 3 });
  expect(backend.memory!.allocate(4)).toHaveLength(4);
  expect(allocated).toEqual([4]);
  const program = await backend.compile({ sum: op.add(parameter("a", [2]), 1) });
  const { sum } = await program.run({ a: Float32Array.of(1, 2) });
  expect([...sum!.data]).toEqual([2, 3]);
});
