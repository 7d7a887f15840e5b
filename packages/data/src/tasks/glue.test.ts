import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { taskNamed, textTasks } from "./glue.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bort-glue-"));
  await Promise.all(["CoLA", "SST-2"].map((name) => mkdir(join(folder, name))));
});
afterAll(() => rm(folder, { recursive: true }));

describe("taskNamed", () => {
  it("finds a task in any case", () => {
    expect(taskNamed("sst-2")).toMatchObject({ name: "SST-2", labels: ["0", "1"], metrics: ["accuracy"] });
    expect(taskNamed("COLA").metrics[0]).toBe("matthews");
  });

  it("lists the tasks there are when it finds none", () => {
    expect(() => taskNamed("mnli")).toThrow(expect.objectContaining({ code: "data/unknown-task" }));
    for (const { name } of textTasks) expect(() => taskNamed("mnli")).toThrow(name);
  });
});

describe("GLUE files", () => {
  it("reads SST-2: a header everywhere, no label in test", async () => {
    await writeFile(join(folder, "SST-2/dev.tsv"), 'sentence\tlabel\na "fine" film\t1\ndull\t0\n');
    await writeFile(join(folder, "SST-2/test.tsv"), "index\tsentence\n0\tdull\n");
    const task = taskNamed("sst-2");
    expect(await task.examples("dev", join(folder, "SST-2"))).toEqual([{ text: 'a "fine" film', label: "1" }, { text: "dull", label: "0" }]);
    expect(await task.examples("test", join(folder, "SST-2"))).toEqual([{ text: "dull" }]);
  });

  it("finds the task's folder below that of the collection", async () => {
    await writeFile(join(folder, "SST-2/dev.tsv"), "sentence\tlabel\nfine\t1\n");
    expect(await taskNamed("sst-2").examples("dev", folder)).toEqual(await taskNamed("sst-2").examples("dev", join(folder, "SST-2")));
  });

  it("reads CoLA: a header in test only", async () => {
    await writeFile(join(folder, "CoLA/train.tsv"), "src\t0\t*\tHim went.\nsrc\t1\t\tHe went.\n");
    await writeFile(join(folder, "CoLA/test.tsv"), "index\tsentence\n0\tHe left.\n");
    const task = taskNamed("cola");
    expect(await task.examples("train", join(folder, "CoLA"))).toEqual([{ text: "Him went.", label: "0" }, { text: "He went.", label: "1" }]);
    expect(await task.examples("test", join(folder, "CoLA"))).toEqual([{ text: "He left." }]);
  });

  it("names the file and line of a label outside the set, and a column that is missing", async () => {
    const path = join(folder, "SST-2/train.tsv");
    await writeFile(path, "sentence\tlabel\nfine\t1\nodd\t2\n");
    await expect(taskNamed("sst-2").examples("train", folder)).rejects.toMatchObject({ code: "data/unknown-label", message: expect.stringContaining(`${path}:3 `) });
    await writeFile(path, "sentence\tscore\nfine\t1\n");
    await expect(taskNamed("sst-2").examples("train", folder)).rejects.toMatchObject({ code: "data/missing-column", message: expect.stringContaining(path) });
    await expect(taskNamed("cola").examples("dev", folder)).rejects.toMatchObject({ code: "data/missing-path" });
  });
});

const data = process.env["BORT_DATA"] ?? fileURLToPath(new URL("../../../../../shared/data", import.meta.url));

describe.skipIf(!existsSync(join(data, "glue")))("the real files (skipped where BORT_DATA is not there)", () => {
  it.each([["SST-2", 67349, 872, 1821], ["CoLA", 8551, 1043, 1063]])("reads every row of %s", async (name, train, dev, test) => {
    const task = taskNamed(name);
    const splits = await Promise.all((["train", "dev", "test"] as const).map((split) => task.examples(split, join(data, "glue", name))));
    expect(splits.map((examples) => examples.length)).toEqual([train, dev, test]);
    expect(new Set(splits[1]!.map((example) => example.label))).toEqual(new Set(task.labels));
    expect(splits[2]!.every((example) => example.label === undefined && example.text.length > 0)).toBe(true);
  });
});
