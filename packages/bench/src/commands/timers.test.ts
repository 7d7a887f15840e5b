import { expect, it, vi } from "vitest";
import { runChild } from "../run-child.js";
import { command } from "./timers.js";

vi.mock("../run-child.js", () => ({ runChild: vi.fn(() => new Promise((resolve) => setTimeout(() => resolve({}), 50))) }));

const shape = "2,8,16,2,32,1,50,2";

it("measures in this process and in a child on the same engine", async () => {
  const { result, text } = await command.run([shape], { engine: "onnx", threads: "1", repeats: "3" });
  expect(result).toMatchObject({ shape, engine: "onnx", repeats: 3, start: { worstMs: expect.any(Number) }, here: { worstMs: expect.any(Number) }, apart: { worstMs: expect.any(Number) }, boundMs: 100 });
  expect(text).toMatch(/^timers .* on onnx .*\nthe first step .*\nthe next steps in this process: at most \d+ ms late in \d+ ticks, .*\ntraining in a child process: at most \d+ ms/);
  expect(vi.mocked(runChild).mock.calls[0]![1].slice(-7)).toEqual(["--engine", "onnx", "--threads", "1", "--repeats", "3", "--json"]);
});

it.each([[[], {}], [[shape], { repeats: "0" }]])("refuses %j with %j", async (positionals, wrong) => {
  await expect(command.run(positionals, { engine: "onnx", ...wrong })).rejects.toMatchObject({ code: "bench/bad-option" });
});
