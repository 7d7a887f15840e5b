import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "@bort/data";
import { afterAll, expect, it, vi } from "vitest";
import { command } from "./distillation.js";

const spread = { median: 2, least: 1, most: 3 };
vi.mock("../distillation/time-teaching.js", () => ({
  timeTeaching: async () => ({ selfSupervised: spread, running: spread, cached: spread, caching: 1, topK: 64 }),
}));

const folder = mkdtempSync(join(tmpdir(), "bort-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

const log = vi.spyOn(process.stderr, "write").mockReturnValue(true);

it("trains a teacher and students on a corpus, and goes on where it was", async () => {
  const rng = random(0);
  const words = (): string => Array.from({ length: 60 }, () => ["one", "two", "three", "four"][rng.integer(4)]!).join(" ");
  writeFileSync(join(folder, "a.txt"), Array.from({ length: 200 }, words).join("\n\n"));
  const flags = {
    engine: "onnx", threads: "1", shape: "256,8,8,1,8,1,270,1", teacher: "1,1,8,8", steps: "3", "teacher-steps": "2", "learning-rates": "1e-3", seeds: "1",
    folder: join(folder, "work"),
  };
  const { text, files, result } = await command.run([join(folder, "a.txt")], flags);
  expect(Object.keys(files!)).toEqual(["distillation.json", "distillation.html"]);
  expect(JSON.parse(files!["distillation.json"]!)).toMatchObject({
    engine: "onnx", threads: 1, learningRate: 1e-3, teacher: { step: 2 }, setting: { student: [1, 1, 8, 8], steps: 3, evaluateEvery: 1, seeds: [0] }, pairs: [{ seed: 0 }],
  });
  expect(text).toContain("steps to the self-supervised accuracy at the end, distilled over self-supervised");
  const told = log.mock.calls.length;
  const again = await command.run([join(folder, "a.txt")], flags);
  expect((again.result as { pairs: unknown }).pairs).toEqual((result as { pairs: unknown }).pairs);
  expect(log.mock.calls.length).toBe(told + 1); // The teacher's end alone.
  await expect(command.run([join(folder, "a.txt")], { ...flags, steps: "4" })).rejects.toMatchObject({ code: "bench/other-run" });
});

it("refuses no text, and rates that cannot be", async () => {
  await expect(command.run([], {})).rejects.toMatchObject({ code: "bench/bad-option" });
  for (const rates of ["0", "1e-3,", "fast"]) await expect(command.run([folder], { "learning-rates": rates })).rejects.toMatchObject({ code: "bench/bad-option" });
});
