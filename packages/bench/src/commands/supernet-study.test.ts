import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "@bort/data";
import { afterAll, expect, it, vi } from "vitest";
import { proportionalWidths } from "../supernet-study/supernet-setting.js";
import { command } from "./supernet-study.js";

const folder = mkdtempSync(join(tmpdir(), "bort-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));
vi.spyOn(process.stderr, "write").mockReturnValue(true);

const text = join(folder, "a.txt");
const rng = random(0);
writeFileSync(text, Array.from({ length: 100 }, () => Array.from({ length: 60 }, () => ["one", "two", "three", "four"][rng.integer(4)]!).join(" ")).join("\n\n"));
const flags = { engine: "onnx", threads: "1", backbone: "4,8,16,2,16,2,270,1", steps: "3", shapes: "3", folder: join(folder, "work") };

it("studies a corpus, and gives what it found again without training", async () => {
  const { text: told, files } = await command.run([text], flags);
  expect(Object.keys(files!)).toEqual(["supernet-study.json"]);
  expect(JSON.parse(files!["supernet-study.json"]!)).toMatchObject({
    engine: "onnx", threads: 1, setting: { steps: 3, backboneSteps: 3, scratchSteps: 9, furtherSteps: 1, seeds: [0], widths: [2, 6, 8, 10, 12, 16] },
    supernets: [{ name: "sandwich" }, { name: "random, as many passes" }, { name: "random, as many seconds" }], shapes: [{ fromScratch: [{}] }, {}, {}], time: { factor: expect.any(Number) },
  });
  expect(told).toContain("rank correlation with the loss from scratch");
  expect((await command.run([text], { ...flags, minutes: "1" })).files).toEqual(files);
  await expect(command.run([text], { ...flags, seeds: "2" })).rejects.toMatchObject({ code: "bench/other-run" });
}, 60_000);

it("refuses no text, no folder and a size that cannot be before it does anything", async () => {
  const other = join(folder, "other");
  for (const [paths, changes] of [[[], {}], [[text], { folder: undefined }], [[text], { steps: "0" }], [[text], { minutes: "soon" }]] as const) {
    await expect(command.run(paths, { ...flags, folder: other, ...changes })).rejects.toMatchObject({ code: "bench/bad-option" });
  }
  await expect(command.run([text], { ...flags, folder: other, backbone: "4,8" })).rejects.toMatchObject({ code: "bench/bad-shape" });
  expect(existsSync(other)).toBe(false);
});

it("takes SuperShaper's widths in proportion", () => {
  expect(proportionalWidths(256, 4)).toEqual([40, 80, 120, 160, 180, 200, 256]);
  expect(proportionalWidths(768, 12)).toEqual([120, 240, 360, 480, 540, 600, 768]);
});
