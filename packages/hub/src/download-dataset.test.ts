import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { downloadDataset } from "./download-dataset.js";
import { type HubEvent } from "./download-model.js";
import { type HubOptions } from "./hub-settings.js";
import { TestHub } from "./test-hub.js";

const large = Buffer.alloc(20_000, "rows");
const files = { "rte/train/0000.parquet": large, "rte/test/0000.parquet": "small", "cola/train/0000.parquet": "other" };
const rte = ["rte/train/0000.parquet", "rte/test/0000.parquet"];

let hub: TestHub;
let cacheFolder: string;
beforeEach(async () => {
  for (const name of ["BORT_CACHE", "BORT_OFFLINE", "HF_ENDPOINT", "HF_TOKEN"]) vi.stubEnv(name, "");
  cacheFolder = mkdtempSync(join(tmpdir(), "bort-hub-"));
  hub = await TestHub.start("datasets/org/set", files);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
  rmSync(cacheFolder, { recursive: true, force: true });
});

async function download(wanted: readonly string[], name = "org/set@refs/convert/parquet", options: HubOptions = {}): Promise<{ events: HubEvent[]; folder: string }> {
  const run = downloadDataset(name, wanted, { cacheFolder, endpoint: hub.endpoint, retryDelayMs: 0, ...options });
  const events: HubEvent[] = [];
  for (;;) {
    const next = await run.next();
    if (next.done === true) return { events, folder: next.value };
    events.push(next.value);
  }
}
const gets = (): number => hub.requests.filter(({ method, at }) => method === "GET" && at === "hub").length;

it("downloads the files that are asked for by their paths, checked, all at the commit of the first", async () => {
  const { events, folder } = await download(rte);
  expect(folder).toBe(join(cacheFolder, "datasets", "org--set", hub.commit));
  expect(readFileSync(join(folder, rte[0]!)).equals(large)).toBe(true);
  expect(readFileSync(join(folder, rte[1]!), "utf8")).toBe("small");
  expect(existsSync(join(folder, "cola"))).toBe(false);
  expect(events.filter(({ type }) => type === "verified").map(({ file }) => file)).toEqual(rte);
  expect(hub.requests[0]!.path).toBe("/datasets/org/set/resolve/refs%2Fconvert%2Fparquet/rte/train/0000.parquet");
  expect(hub.requests.slice(1).every(({ path }) => path.includes(`/resolve/${hub.commit}/`))).toBe(true);
});

it("downloads what is there once, and other files beside it", async () => {
  await download(rte);
  const before = gets();
  const { events, folder } = await download(rte);
  expect([gets(), events.map(({ type }) => type)]).toEqual([before, ["file", "file"]]);
  expect((await download(["cola/train/0000.parquet"])).folder).toBe(folder);
  hub.requests.length = 0;
  expect((await download([...rte, "cola/train/0000.parquet"], `org/set@${hub.commit}`)).folder).toBe(folder);
  expect(hub.requests).toEqual([]);
});

it("gives what is in the cache without a network, or says what is missing", async () => {
  const missing = expect.objectContaining({ code: "hub/offline", message: expect.stringContaining("missing cola/train/0000.parquet;") as string }) as unknown;
  await expect(download(["cola/train/0000.parquet"], undefined, { offline: true })).rejects.toThrow(missing);
  const { folder } = await download(rte);
  hub.requests.length = 0;
  expect((await download(rte, undefined, { offline: true })).folder).toBe(folder);
  await expect(download([...rte, "cola/train/0000.parquet"], undefined, { offline: true })).rejects.toThrow(missing);
  expect(hub.requests).toEqual([]);
});

it("gives, without a network, the newest commit of the branch that has all that is asked for", async () => {
  const cola = ["cola/train/0000.parquet"];
  const { folder: first } = await download(rte);
  hub.commit = "f".repeat(40);
  const { folder: second } = await download(cola);
  hub.requests.length = 0;
  const offline = async (wanted: readonly string[], name?: string): Promise<string> => (await download(wanted, name, { offline: true })).folder;
  expect([await offline(rte), await offline(cola)]).toEqual([first, second]);
  const missing = expect.objectContaining({ code: "hub/offline", message: expect.stringContaining(`missing ${rte.join(", ")};`) as string }) as unknown;
  await expect(offline([...rte, ...cola])).rejects.toThrow(missing);
  await expect(offline(rte, "org/set@main")).rejects.toThrow(missing); // Another branch, of which nothing was downloaded.
  await expect(offline(rte, `org/set@${hub.commit}`)).rejects.toThrow(missing);
  expect(hub.requests).toEqual([]);
  await download(rte);
  expect(await offline([...rte, ...cola])).toBe(second);
});

it("goes on where it was cut, and refuses bytes of another hash", async () => {
  hub.faults.set(rte[0]!, [{ kind: "cut", afterBytes: 5000 }]);
  expect((await download(rte)).events.map(({ type }) => type)).toContain("retry");
  rmSync(cacheFolder, { recursive: true });
  hub.faults.set(rte[0]!, [{ kind: "changed" }]);
  await expect(download(rte)).rejects.toThrow(expect.objectContaining({ code: "hub/wrong-hash" }));
  expect(existsSync(join(cacheFolder, "datasets", "org--set", hub.commit, rte[0]!))).toBe(false);
});

it("refuses names that lead elsewhere, files that there are not, and other sets", async () => {
  for (const file of ["../a", "/a", "a//b", "a/../b", ""]) await expect(download([file])).rejects.toThrow(expect.objectContaining({ code: "hub/bad-option" }));
  await expect(download(["rte/dev/0000.parquet"])).rejects.toThrow(expect.objectContaining({ code: "hub/not-found" }));
  await expect(download(rte, "org/other")).rejects.toThrow(expect.objectContaining({ code: "hub/no-access", message: expect.stringContaining("there is no data set") as string }));
  await expect(download(rte, "../set")).rejects.toThrow(expect.objectContaining({ code: "hub/bad-name" }));
});
