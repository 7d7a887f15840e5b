import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { taskNamed } from "@bort/data";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { TestHub } from "../../hub/src/test-hub.js";
import { findTaskData } from "./find-task-data.js";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
/** Made-up rows with the columns that MNLI and AX have on the hub. */
const rows = readFileSync(fileURLToPath(new URL("../../data/src/fixtures/tasks/glue/mnli/test_matched-00000-of-00001.parquet", import.meta.url)));
let hub: TestHub;
beforeAll(async () => {
  hub = await TestHub.start("datasets/nyu-mll/glue", { "ax/test/0000.parquet": rows });
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

let shown = "";
const stream = { write: (text: string): void => void (shown += text) };
const context = { terminal: { stdout: stream, stderr: stream, isTerminal: false, columns: 80 }, signal: new AbortController().signal } as unknown as Parameters<typeof findTaskData>[3];

it("is the folder that is given, without a request", async () => {
  expect(await findTaskData("ax", "somewhere", { quiet: true }, context)).toBe("somewhere");
  expect(hub.requests).toEqual([]);
});

it("is otherwise a folder of downloaded files, which the task reads, and which is there without a network afterwards", async () => {
  const folder = await findTaskData("ax", undefined, { quiet: false }, context);
  expect(folder).toBe(join(place.at("cache"), "datasets", "nyu-mll--glue", hub.commit));
  expect(await taskNamed("ax").examples("test", folder)).toEqual([{ text: "A", pair: "H", index: [0] }]);
  expect(shown).toContain("ax/test/0000.parquet (kB)");
  vi.stubEnv("BORT_OFFLINE", "1");
  expect(await findTaskData("ax", undefined, { quiet: true }, context)).toBe(folder);
  await expect(findTaskData("cola", undefined, { quiet: true }, context)).rejects.toMatchObject({ code: "hub/offline" });
});
