import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writeSafetensors } from "./safetensors.js";
import { temporaryFolder } from "./temporary-folder.js";
import { openWeights, weightFiles } from "./weight-files.js";

const at = temporaryFolder();
const one = (value: number): { shape: [number]; data: Float32Array } => ({ shape: [1], data: Float32Array.of(value) });
const folder = (name: string, files: Readonly<Record<string, string>> = {}): string => {
  mkdirSync(at(name), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(at(name, file), text);
  return at(name);
};
const index = "model.safetensors.index.json";

describe("openWeights", () => {
  it("takes safetensors before a torch file", () => {
    writeSafetensors(at("both", "model.safetensors"), { a: one(1) });
    folder("both", { "pytorch_model.bin": "not read" });
    expect([...openWeights(at("both")).tensors.get("a")!.read()]).toEqual([1]);
    expect(weightFiles(at("both"))).toEqual([at("both", "model.safetensors")]);
  });

  it("joins shards, and leaves out what is not where the index says", () => {
    writeSafetensors(at("shards", "x.safetensors"), { a: one(1), stray: one(9) });
    writeSafetensors(at("shards", "y.safetensors"), { b: one(2) });
    folder("shards", { [index]: JSON.stringify({ weight_map: { b: "y.safetensors", a: "x.safetensors", c: "y.safetensors" } }) });
    expect([...openWeights(at("shards")).tensors].map(([name, { read }]) => [name, ...read()])).toEqual([["b", 2], ["a", 1]]);
    expect(weightFiles(at("shards"))).toEqual([at("shards", "x.safetensors"), at("shards", "y.safetensors")]);
  });

  it.each([
    ["without weights", {}, "nn/missing-path", "model.safetensors"],
    ["with an index that is none", { [index]: "[]" }, "nn/bad-model-folder", index],
    ["with an index of files elsewhere", { [index]: '{"weight_map":{"a":"../x.safetensors"}}' }, "nn/bad-model-folder", index],
    ["with a shard that is missing", { [index]: '{"weight_map":{"a":"gone.safetensors"}}' }, "nn/missing-path", "gone.safetensors"],
  ])("refuses a folder %s", (name, files, code, text) => {
    expect(() => openWeights(folder(name, files as Record<string, string>))).toThrow(expect.objectContaining({ code, message: expect.stringContaining(text) as string }));
  });
});
