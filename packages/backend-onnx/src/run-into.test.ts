import { encodeModel, gather, neg, parameter } from "@bort/graph";
import { describe, expect, test } from "vitest";
import { createSession, loadEngine } from "./engine.js";
import { runInto, withUnreturnedOutput } from "./run-into.js";

describe("runInto", async () => {
  const engine = await loadEngine();

  test("the session returns no array; its outputs are in the given ones", async () => {
    const session = await createSession(engine, withUnreturnedOutput(encodeModel({ y: neg(parameter("x", [2])) })), { threads: 1 });
    expect(session.outputNames).toEqual(["(not returned)", "y"]);
    const inputs = { x: new engine.Tensor("float32", Float32Array.of(1, 2), [2]) };
    await expect(session.run(inputs)).rejects.toThrow("Non tensor type");
    const y = new Float32Array(2);
    await runInto(session, inputs, { y: new engine.Tensor("float32", y, [2]) });
    await session.release();
    expect([...y]).toEqual([-1, -2]);
  });
  test("a failure of the run itself is not hidden", async () => {
    const model = encodeModel({ y: gather(parameter("table", [2]), parameter("ids", [1], "i32")) });
    const session = await createSession(engine, withUnreturnedOutput(model), { threads: 1 });
    const inputs = { table: new engine.Tensor("float32", new Float32Array(2), [2]), ids: new engine.Tensor("int32", Int32Array.of(7), [1]) };
    await expect(runInto(session, inputs, { y: new engine.Tensor("float32", new Float32Array(1), [1]) })).rejects.toThrow();
    await session.release();
  });
});
