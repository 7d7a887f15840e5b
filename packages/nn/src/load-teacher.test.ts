import { type HubEvent } from "@bort/hub";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { TestHub } from "../../hub/src/test-hub.js";
import { fingerprint } from "./fingerprint.js";
import { loadTeacher, locateModel } from "./load-teacher.js";
import { saveModel } from "./model-folder.js";
import { temporaryFolder } from "./temporary-folder.js";
import { archKinds, filledModel, tinyTokenizer } from "./test-models.js";

const at = temporaryFolder();
const tokenizer = await tinyTokenizer();
const model = filledModel({ ...archKinds["plain"]!, vocabSize: 261, layers: Array.from({ length: 2 }, () => ({ heads: 2, keySize: 4, valueSize: 4, intermediateSize: 7 })) }, { kind: "mlm" });
saveModel(at("saved"), { model, tokenizer });
const files = (folder: string): Record<string, Buffer> => Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));

let hub: TestHub;
beforeAll(async () => {
  hub = await TestHub.start("org/teacher", files(at("saved")));
});
afterAll(() => hub.stop());
beforeEach(() => {
  for (const name of ["BORT_CACHE", "BORT_OFFLINE", "HF_ENDPOINT", "HF_TOKEN"]) vi.stubEnv(name, "");
});
afterEach(() => void vi.unstubAllEnvs());

describe("loadTeacher", () => {
  it("loads a folder", async () => {
    const teacher = await loadTeacher(at("saved"));
    expect([teacher.folder, teacher.modelType, teacher.tokenizer.vocabSize]).toEqual([at("saved"), "bert", 261]);
    expect(fingerprint(teacher.model.parameters.flat)).toBe(fingerprint(model.parameters.flat));
  });

  it("downloads a model of the hub once, tells what it does, and has it offline", async () => {
    const events: HubEvent[] = [];
    const options = { cacheFolder: at("cache"), endpoint: hub.endpoint, onEvent: (event: HubEvent): void => void events.push(event) };
    const teacher = await loadTeacher("org/teacher", options);
    expect(fingerprint(teacher.model.parameters.flat)).toBe(fingerprint(model.parameters.flat));
    expect(events.filter(({ type }) => type === "verified").map(({ file }) => file)).toEqual(["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"]);
    const requests = hub.requests.length;
    const again = await loadTeacher("org/teacher", { cacheFolder: at("cache"), offline: true });
    expect([again.folder, again.tokenizer.encode("abc"), hub.requests.length]).toEqual([teacher.folder, tokenizer.encode("abc"), requests]);
    await expect(loadTeacher("org/student", { cacheFolder: at("cache"), offline: true })).rejects.toThrow(expect.objectContaining({ code: "hub/offline" }));
  });

  it("reads a published BERT: a torch file, shards or not, and the vocabulary of WordPiece", async () => {
    const vocabulary = ["[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "on", "mat", "##s", "a", "b", "c", "##a", "##b", "##c"];
    const bert = await TestHub.start("org/bert", {
      ...files(fileURLToPath(new URL("../test-fixtures/teachers/bert", import.meta.url))), "vocab.txt": `${vocabulary.join("\n")}\n`, "tokenizer_config.json": '{"do_lower_case":true}',
    });
    try {
      const { model: teacher, tokenizer: words } = await loadTeacher("org/bert", { cacheFolder: at("cache"), endpoint: bert.endpoint });
      expect([...words.encode("The cats sat.")]).toEqual([5, 6, 10, 7, 0]);
      expect([teacher.arch.vocabSize, teacher.head.kind]).toEqual([17, "mlm"]);
      saveModel(at("saved bert"), { model: teacher, tokenizer: words });
      expect([...(await loadTeacher(at("saved bert"))).tokenizer.encode("The cats sat.")]).toEqual([5, 6, 10, 7, 0]);
      expect(JSON.parse(readFileSync(at("saved bert", "tokenizer_config.json"), "utf8"))).toMatchObject({ cls_token: "[CLS]", mask_token: "[MASK]" });
    } finally {
      await bert.stop();
    }
  });

  it("says where a path is no folder, without asking the hub", async () => {
    const requests = hub.requests.length;
    await expect(loadTeacher("./gone", { endpoint: hub.endpoint })).rejects.toThrow(expect.objectContaining({ code: "nn/missing-path" }));
    await expect(loadTeacher(at("gone"), { endpoint: hub.endpoint })).rejects.toThrow(expect.objectContaining({ code: "nn/missing-path" }));
    expect(hub.requests.length).toBe(requests);
  });
});

describe("locateModel", () => {
  it("takes a folder before a model of the hub that has its name", async () => {
    const before = process.cwd();
    mkdirSync(at("work", "org", "teacher"), { recursive: true });
    process.chdir(at("work"));
    try {
      expect(await locateModel("org/teacher", { endpoint: hub.endpoint, cacheFolder: at("cache") })).toBe("org/teacher");
    } finally {
      process.chdir(before);
    }
  });
});
