import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { inRunFolder } from "./run-folder.js";

let folder = "";
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "bort-run-")); });
afterEach(() => rmSync(folder, { recursive: true }));

const facts = { setting: "toy", seed: 0 };
const work = async (): Promise<string> => "done";

it("goes on with a run of the same facts, also after it failed", async () => {
  await expect(inRunFolder(join(folder, "a", "b"), facts, async () => { throw new Error("the disk broke"); })).rejects.toThrow("the disk broke");
  expect(await inRunFolder(join(folder, "a", "b"), facts, work)).toBe("done");
  expect(readdirSync(join(folder, "a", "b"))).toEqual(["run.json"]);
});

it("refuses one of other facts by the name of the first that differs", async () => {
  await inRunFolder(folder, facts, work);
  await expect(inRunFolder(folder, { ...facts, seed: 1 }, work)).rejects.toMatchObject({ code: "reproduction/other-run", message: expect.stringMatching(/seed 0, .* 1;[^\n]*--out$/) });
  await expect(inRunFolder(folder, { ...facts, corpus: "x" }, work)).rejects.toMatchObject({ code: "reproduction/other-run", message: expect.stringMatching("corpus not given") });
});

it("refuses a second process, here the same one, while work is under way", async () => {
  await inRunFolder(folder, facts, async () => {
    await expect(inRunFolder(folder, facts, work)).rejects.toMatchObject({ code: "reproduction/folder-in-use", message: expect.stringContaining(`process ${process.pid}`) });
  });
});
