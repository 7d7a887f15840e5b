import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesIn } from "./find-split.js";
import { taskNamed } from "./task-named.js";
import { folderWith } from "./test-files.js";

describe("the files of a split", () => {
  it("go by the numbers in their names", async () => {
    const folder = await folderWith({ "10.txt": "", "9.txt": "", "notes.md": "" });
    expect(filesIn(folder, ".txt")).toEqual([join(folder, "9.txt"), join(folder, "10.txt")]);
  });

  it.each(["CoLA", "COPA", "RACE-M"])("of %s are missing where the path is that of a file, or of nothing", async (name) => {
    const folder = await folderWith({ "train.tsv": "src\t1\t\tIt rains.\n" });
    for (const path of ["train.tsv", "train.tsv/below", "gone"]) {
      await expect(taskNamed(name).examples("train", join(folder, path))).rejects.toMatchObject({
        code: "data/missing-path", message: expect.stringContaining(`${join(folder, path)} has no train split of ${name}; give the folder`) as string,
      });
    }
  });

  it("are looked for in vain in a folder that the system would not list", async () => {
    const folder = await folderWith({});
    symlinkSync("loop", join(folder, "loop"));
    await expect(taskNamed("CoLA").examples("train", join(folder, "loop"))).rejects.toMatchObject({
      code: "data/read-failed", message: expect.stringMatching(/^data: cannot read .*loop.*\(ELOOP\)$/) as string,
    });
  });
});
