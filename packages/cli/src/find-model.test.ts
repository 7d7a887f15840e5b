import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { TestHub } from "../../hub/src/test-hub.js";
import { weightsHash } from "./find-model.js";
import { fileHash } from "./file-hash.js";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
let hub: TestHub;
beforeAll(async () => {
  expect((await place.bort(place.pretraining("teacher"))).code).toBe(0);
  const files = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
  hub = await TestHub.start("org/teacher", Object.fromEntries(files.map((name) => [name, readFileSync(place.at(`teacher/${name}`))])));
});
afterAll(async () => {
  await hub.stop();
  place.remove();
});
beforeEach(() => {
  vi.stubEnv("BORT_CACHE", place.at("cache"));
  vi.stubEnv("HF_ENDPOINT", hub.endpoint);
  for (const name of ["BORT_OFFLINE", "HF_TOKEN"]) vi.stubEnv(name, "");
});
afterEach(() => void vi.unstubAllEnvs());

const distillation = (teacher: string, out: string): string[] => ["distill", "--teacher", teacher, "--corpus", place.at("corpus"), "--arch", "1,1,8,16", "--steps", "2",
  "--batch-size", "2", "--threads", "1", "--json", "--out", place.at(out)];
const finetuning = (model: string, out: string): string[] => ["finetune", "--model", model, "--task", "sst-2", "--data", place.at("SST-2"), "--steps", "2",
  "--threads", "1", "--json", "--out", place.at(out)];

it("distill takes a teacher of the hub, and computes what it does with the folder", async () => {
  const [byName, byPath] = [await place.bort(distillation("org/teacher", "by-name")), await place.bort(distillation(place.at("teacher"), "by-path"))];
  expect([byName.code, byPath.code]).toEqual([0, 0]);
  expect(byName.stderr).toContain("model.safetensors (kB)");
  expect(byName.json()["loss"]).toBe(byPath.json()["loss"]);
  vi.stubEnv("BORT_OFFLINE", "1");
  expect((await place.bort(distillation("org/teacher", "offline"))).code).toBe(0);
});

it("finetune takes an encoder of the hub", async () => {
  const { code, json } = await place.bort(finetuning("org/teacher", "tuned"));
  expect([code, json()["steps"]]).toEqual([0, 2]);
});

it("says what is wrong where there is neither a folder nor a model of that name", async () => {
  const { code, stderr } = await place.bort([...distillation("org/student", "none"), "--quiet"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^bort: hub: there is no model [^\n]*nor is there a folder org\/student\)\n$/);
});

it("tells weights apart by their one file, or by all of their shards", async () => {
  expect(await weightsHash(place.at("teacher"))).toBe(await fileHash(place.at("teacher/model.safetensors")));
  mkdirSync(place.at("shards"));
  for (const name of ["a", "b"]) writeFileSync(place.at(`shards/${name}.safetensors`), name);
  writeFileSync(place.at("shards/model.safetensors.index.json"), '{"weight_map":{"x":"a.safetensors","y":"b.safetensors","z":"a.safetensors"}}');
  const before = await weightsHash(place.at("shards"));
  renameSync(place.at("shards/a.safetensors"), place.at("shards/c.safetensors"));
  renameSync(place.at("shards/b.safetensors"), place.at("shards/a.safetensors"));
  renameSync(place.at("shards/c.safetensors"), place.at("shards/b.safetensors"));
  expect(await weightsHash(place.at("shards"))).not.toBe(before);
});
