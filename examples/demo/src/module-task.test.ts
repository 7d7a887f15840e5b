import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { loadProse, type Prose, type ProseDocument, type ProseSplit } from "@bort/prose";
import { moduleTask, type ModuleTask } from "./module-task.js";

const count = (examples: ModuleTask["train"]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { label } of examples) counts[label!] = (counts[label!] ?? 0) + 1;
  return counts;
};

describe("a small corpus", () => {
  const document = (split: ProseSplit, module: string, ...sentences: string[]): ProseDocument => ({ split, source: `${module}.d.ts#a`, module, sentences });
  const documents: ProseDocument[] = [
    document("train", "fs", "Reads a file with fs.", "Writes a file at once.", "Closes an open file."),
    document("train", "http/promises", "Sends a request over HTTP.", "Answers a request with fs."),
    document("validation", "fs", "Opens a file by its path."),
    document("validation", "http", "Parses a header of requests."),
    document("test", "fs", "Removes a file by its path.", "Answers a request with HTTP."),
    document("test", "http", "Closes a socket when idle."),
    document("train", "os", "Names the machine it runs."),
    { split: "train", source: "a/README.md", sentences: ["It is of no module."] },
  ];
  const task = moduleTask({ documents, words: 0, sentences: 0 }, 2);

  it("labels the sentences of the largest modules, with as many of each in a split", () => {
    expect(task.labels).toEqual(["fs", "http"]);
    expect(count(task.train)).toEqual({ fs: 2, http: 2 });
    expect(count(task.dev)).toEqual({ fs: 1, http: 1 });
  });

  it("masks the names of all modules, and drops what is then equal to a sentence before", () => {
    expect(task.train.filter(({ label }) => label === "http").map(({ text }) => text).sort()).toEqual(["Answers a request with thing.", "Sends a request over thing."]);
    expect(task.test).toEqual(expect.arrayContaining([{ text: "Removes a file by its path.", label: "fs" }, { text: "Closes a socket when idle.", label: "http" }]));
    expect(task.test).toHaveLength(2);
  });
});

describe("the installed packages", () => {
  let prose: Prose;
  let task: ModuleTask;
  beforeAll(async () => {
    prose = await loadProse(fileURLToPath(new URL("../../../node_modules", import.meta.url)));
    task = moduleTask(prose);
  });

  it("give a balanced task with a test set of some size", () => {
    expect(task.labels).toHaveLength(8);
    for (const examples of [task.train, task.dev, task.test]) {
      const counts = count(examples);
      expect(Object.keys(counts).sort()).toEqual([...task.labels].sort());
      expect(new Set(Object.values(counts)).size).toBe(1);
    }
    expect(task.train.length).toBeGreaterThan(1000);
    expect(task.dev.length).toBeGreaterThan(100);
    expect(task.test.length).toBeGreaterThan(300);
    expect(moduleTask(prose)).toEqual(task);
  });

  it("share no text between splits, nor with the text to pretrain on", () => {
    const texts = [task.train, task.dev, task.test].flatMap((examples) => examples.map(({ text }) => text));
    expect(new Set(texts).size).toBe(texts.length);
    const pretraining = new Set(prose.documents.filter(({ split }) => split === "train").flatMap(({ sentences }) => sentences));
    expect([...task.dev, ...task.test].filter(({ text }) => pretraining.has(text))).toEqual([]);
  });

  it("hold no name of a module", () => {
    const survivors = [...task.train, ...task.dev, ...task.test].filter(({ text }) => task.labels.some((label) =>
      label.length > 4 ? text.toLowerCase().includes(label)
        : new RegExp(`\\b${label}(?:s|ed|ing)?\\b`, "i").test(text) || new RegExp(`(?:\\b|[a-z])${label[0]!.toUpperCase()}${label.slice(1)}(?![a-z])`).test(text)));
    expect(survivors).toEqual([]);
  });
});
