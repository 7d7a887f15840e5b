import { expect, it } from "vitest";
import { taskNamed } from "./task-named.js";
import { folderWith } from "./test-files.js";

const passage = (id: string, questions: number): string => JSON.stringify({
  id, article: `Article ${id}`, questions: Array.from({ length: questions }, (_, i) => `Q${i} _ ?`), answers: ["D", "A", "B"].slice(0, questions),
  options: Array.from({ length: questions }, () => ["w", "x", "y", "z"]),
});
const files = { "race/dev/high/10.txt": passage("high10.txt", 1), "race/dev/high/9.txt": passage("high9.txt", 2), "race/dev/middle/1.txt": passage("middle1.txt", 1) };

it("makes an example of each option, in the group of its question, files in the order of their numbers", async () => {
  const task = taskNamed("race-h");
  const examples = await task.examples("dev", await folderWith(files));
  expect(examples.slice(0, 4)).toEqual(["w", "x", "y", "z"].map((option, i) =>
    ({ text: "Article high9.txt", pair: `Q0 _ ? ${option}`, group: "0/0", label: i === 3 ? "1" : "0" })));
  expect(examples.map(({ text, group, label }) => `${text.slice(12)} ${group} ${label}`).filter((each) => each.endsWith(" 1")))
    .toEqual(["9.txt 0/0 1", "9.txt 0/1 1", "10.txt 1/0 1"]);
  expect(task).toMatchObject({ kind: "choice", labels: ["0", "1"], positive: "1", metrics: ["accuracy"] });
});

it("makes one example of a question, labelled by a letter, in the other casting", async () => {
  const task = taskNamed("race-m", { casting: "multiple-choice" });
  expect(await task.examples("dev", await folderWith(files))).toEqual([{ text: "Article middle1.txt", pair: "Q0 _ ? A. w B. x C. y D. z", label: "D" }]);
  expect(task).toMatchObject({ kind: "classification", labels: ["A", "B", "C", "D"] });
  expect(task).not.toHaveProperty("positive");
});

it("reads the folder race itself as well, and says where it looked", async () => {
  const folder = await folderWith(files);
  expect(await taskNamed("race-m").examples("dev", `${folder}/race`)).toHaveLength(4);
  await expect(taskNamed("race-m").examples("train", folder)).rejects.toMatchObject({ code: "data/missing-path" });
});

it("names the file of an answer that is no letter, and of one that is missing", async () => {
  const bad = JSON.stringify({ id: "1", article: "A", questions: ["Q"], answers: ["E"], options: [["w", "x", "y", "z"]] });
  const reading = taskNamed("race-m").examples("dev", await folderWith({ "race/dev/middle/1.txt": bad }));
  await expect(reading).rejects.toMatchObject({ code: "data/unknown-label", message: expect.stringContaining('1.txt:1 needs a label of A, B, C, D, got "E"') as string });
  const short = JSON.stringify({ id: "1", article: "A", questions: ["Q", "R"], answers: ["A"], options: [["w", "x", "y", "z"]] });
  await expect(taskNamed("race-m").examples("dev", await folderWith({ "race/dev/middle/1.txt": short }))).rejects.toMatchObject({ code: "data/unknown-label" });
});
