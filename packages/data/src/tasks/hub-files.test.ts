import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { taskNamed } from "./task-named.js";
import { folderWith } from "./test-files.js";

/** Files with the hub's columns and names, made by another program: see make-task-parquet.py there. */
const fixtures = fileURLToPath(new URL("../fixtures/tasks", import.meta.url));

it("reads the parts of a split of GLUE, with numbers for labels by the order of their names", async () => {
  expect(await taskNamed("mnli").examples("dev", fixtures)).toEqual([
    { text: "A", pair: "H", label: "entailment", index: [0] }, { text: "B", pair: "H", label: "contradiction", index: [1] },
  ]);
  expect(await taskNamed("mnli").examples("test", fixtures)).toEqual([{ text: "A", pair: "H", index: [0] }]);
  expect((await taskNamed("mrpc").examples("dev", fixtures)).map(({ pair, label }) => [pair, label])).toEqual([["C", "1"], ["D", "0"]]);
  expect(await taskNamed("sts-b").examples("dev", fixtures)).toEqual([{ text: "A", pair: "B", value: 3.5, index: [0] }]);
  expect(await taskNamed("sts-b").examples("test", fixtures)).toEqual([{ text: "A", pair: "B", index: [0] }]);
});

it("reads SuperGLUE's sets, which are flat there", async () => {
  const dev = async (name: string): Promise<unknown> => taskNamed(name).examples("dev", fixtures);
  expect((await taskNamed("cb").examples("dev", fixtures)).map(({ label }) => label)).toEqual(["contradiction", "neutral"]);
  expect(await dev("wsc")).toEqual([{ text: "Ann said she ran", pair: "she means Ann", label: "true", index: [0] }]);
  expect(await dev("copa")).toEqual([
    { text: "A so B", group: "4", label: "0", index: [4, 0] }, { text: "A so C", group: "4", label: "1", index: [4, 1] },
  ]);
  expect(await dev("multirc")).toEqual([
    { text: "P", pair: "Q a", group: "1/2", label: "0", index: [1, 2, 3] }, { text: "P", pair: "Q b", group: "1/2", label: "1", index: [1, 2, 4] },
  ]);
  expect(await dev("record")).toEqual([
    { text: "Ann met Bo. @highlight x", pair: "Ann left", group: "1/2", answer: "Ann", label: "0", index: [1, 2, 0] },
    { text: "Ann met Bo. @highlight x", pair: "Bo left", group: "1/2", answer: "Bo", label: "1", index: [1, 2, 1] },
  ]);
  expect(await taskNamed("record").examples("test", fixtures)).toEqual([{ text: "Ann", pair: "Ann left", group: "1/3", answer: "Ann", index: [1, 3, 0] }]);
});

it("reads RACE's questions, each a group of its own", async () => {
  const examples = await taskNamed("race-h").examples("dev", fixtures);
  expect(examples.map(({ pair, group, label }) => `${pair} ${group} ${label}`)).toEqual([
    "Q _ . w 0 0", "Q _ . x 0 1", "Q _ . y 0 0", "Q _ . z 0 0", "R w 1 1", "R x 1 0", "R y 1 0", "R z 1 0",
  ]);
});

it("refuses a set of which a part is missing", async () => {
  const folder = await folderWith({ "mnli/train-00001-of-00002.parquet": "" });
  await expect(taskNamed("mnli").examples("train", folder)).rejects.toMatchObject({ code: "data/missing-path", message: expect.stringContaining("has 1 of the 2 parts of train") as string });
});
