import { mkdirSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { checkRunFolder } from "./run-folder.js";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

/** A folder with those files, which are empty. */
function folderWith(name: string, ...files: readonly string[]): string {
  mkdirSync(place.at(name));
  for (const file of files) place.write(`${name}/${file}`, "");
  return place.at(name);
}

describe("checkRunFolder", () => {
  it.each([
    "config.json", "tokenizer.json", "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json", "events.jsonl", "trials.jsonl", "agora.jsonl", "checkpoint",
  ])("takes no folder that holds %s of no run, whether a run is to go on or not", (file) => {
    const folder = folderWith(`with-${file}`, file);
    for (const resume of [undefined, false, true]) {
      expect(() => checkRunFolder(folder, resume)).toThrow(expect.objectContaining({ code: "cli/folder-in-use", message: `${folder} holds ${file}, and no run to go on with; give another --out` }));
    }
  });

  it("takes a run to go on with, and tells of --resume where there is that", () => {
    const run = folderWith("run", "run.json", "config.json", "model.safetensors");
    checkRunFolder(run, true);
    expect(() => checkRunFolder(run, false)).toThrow("holds a run already; go on with it by --resume, or give another --out");
    expect(() => checkRunFolder(run)).toThrow("holds a run already; give another --out");
  });

  it.each<[string, () => string]>([
    ["none", () => place.at("none")],
    ["one with other things", () => folderWith("mine", "notes.md", "tokenizer_notes.txt")],
    ["one of a run that was killed as it began", () => folderWith("killed", "run.lock")],
  ])("takes a folder that holds nothing to lose: %s", (_, folder) => {
    const path = folder();
    for (const resume of [undefined, false, true]) expect(() => checkRunFolder(path, resume)).not.toThrow();
  });
});

describe("a command", () => {
  it.each<[string, readonly string[]]>([["to begin", []], ["to go on", ["--resume"]]])("leaves a model of no run as it is, %s", async (_, more) => {
    const name = `published${more.length}`;
    folderWith(name, "config.json", "pytorch_model.bin", "tokenizer.json");
    expect(await place.refused(place.pretraining(name, ...more))).toMatch(/holds config\.json, and no run to go on with; give another --out/);
  });
});
