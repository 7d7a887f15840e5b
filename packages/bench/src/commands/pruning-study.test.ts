import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { madeUpDocuments } from "../made-up-documents.js";
import { writeMadeUpTask } from "../pruning-study/made-up-study.js";
import { command } from "./pruning-study.js";

const folder = mkdtempSync(join(tmpdir(), "bort-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));
vi.spyOn(process.stderr, "write").mockReturnValue(true);

const text = join(folder, "a.txt");
writeFileSync(text, madeUpDocuments().join("\n\n"));
writeMadeUpTask(join(folder, "data"));
const flags = {
  engine: "onnx", threads: "1", data: join(folder, "data"), folder: join(folder, "work"), base: "4,8,16,2,16,2,270,1", "shallow-depth": "1", "shallow-steps": "2", "base-steps": "3", "alpha-steps": "1", "finetune-steps": "1", "tuning-steps": "1",
  "task-examples": "20", "task-steps": "1", fractions: "0.2,0.3", "variant-fraction": "0.3", "timed-sizes": "1x8", arms: "layers", seeds: "1",
};

it("studies a corpus, and gives what it found again without training", async () => {
  const { text: told, files } = await command.run([text], flags);
  expect(Object.keys(files!)).toEqual(["pruning-study.json"]);
  expect(JSON.parse(files!["pruning-study.json"]!)).toMatchObject({
    engine: "onnx", threads: 1, setting: { shallow: { depth: 1, steps: 2 }, baseSteps: 3, alphaSteps: 1, seeds: [0], fractions: [0.3, 0.2], task: { examples: 20, steps: 1 } }, base: [{ seed: 0, sizes: { f: [16, 16] } }],
    cells: [{ arm: "layers", fraction: 0.3, networks: [] }, { arm: "layers", fraction: 0.2, networks: [] }], rounds: [{ layers: 1, hiddenSize: 8 }],
    summaries: [{ means: null }, { means: null }], baseMeans: { isFaster: false },
  });
  expect(told).toContain("out of reach");
  expect((await command.run([text], { ...flags, minutes: "1" })).files).toEqual(files);
  await expect(command.run([text], { ...flags, "tuning-steps": "2" })).rejects.toMatchObject({ code: "bench/other-run" });
}, 60_000);

it("refuses no text, no folder and what cannot be before it does anything", async () => {
  const other = join(folder, "other");
  const changed = [
    { folder: undefined }, { data: undefined }, { "tuning-steps": "0" }, { fractions: "1.5" }, { fractions: "0.5,0.5" }, { fractions: "half" }, { "variant-fraction": "0.4" }, { arms: "bert" },
    { "timed-sizes": "12" }, { minutes: "soon" }, { "shallow-depth": "3" },
  ];
  await expect(command.run([], { ...flags, folder: other })).rejects.toMatchObject({ code: "bench/bad-option" });
  for (const changes of changed) await expect(command.run([text], { ...flags, folder: other, ...changes })).rejects.toMatchObject({ code: "bench/bad-option" });
  await expect(command.run([text], { ...flags, folder: other, base: "4,8" })).rejects.toMatchObject({ code: "bench/bad-shape" });
  expect(existsSync(other)).toBe(false);
});
