import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type HubEvent, downloadModel } from "./download-model.js";
import { type HubOptions } from "./hub-settings.js";
import { type Fault, TestHub } from "./test-hub.js";

const bytes = (length: number, seed: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) & 255));
const weights = bytes(100_000, 1);
const files = { "config.json": '{"model_type":"bert"}', "tokenizer.json": "{}", "vocab.txt": "a\nb\n", "model.safetensors": weights, "pytorch_model.bin": bytes(50_000, 2), "README.md": "no part of it" };

let hub: TestHub;
let cacheFolder: string;
beforeEach(async () => {
  for (const name of ["BORT_CACHE", "BORT_OFFLINE", "HF_ENDPOINT", "HF_TOKEN"]) vi.stubEnv(name, "");
  cacheFolder = mkdtempSync(join(tmpdir(), "bort-hub-"));
  hub = await TestHub.start("org/name", files);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
  rmSync(cacheFolder, { recursive: true, force: true });
});

async function download(name = "org/name", options: HubOptions = {}): Promise<{ events: HubEvent[]; folder: string }> {
  const run = downloadModel(name, { cacheFolder, endpoint: hub.endpoint, retryDelayMs: 0, ...options });
  const events: HubEvent[] = [];
  for (;;) {
    const next = await run.next();
    if (next.done === true) return { events, folder: next.value };
    events.push(next.value);
  }
}
const refused = (code: string, text = ""): unknown => expect.objectContaining({ code, message: expect.stringContaining(text) as string });
const failing = (...faults: Fault[]): void => void hub.faults.set("model.safetensors", faults);
const partialOf = (folder: string): string | undefined => readdirSync(folder).find((file) => file.endsWith(".partial"));
const commitFolder = (): string => join(cacheFolder, "models", "org--name", hub.commit);

describe("downloadModel", () => {
  it("downloads config, tokenizer and the first kind of weights there is, checked, under their commit", async () => {
    const { events, folder } = await download();
    expect(folder).toBe(commitFolder());
    expect(readdirSync(folder).sort()).toEqual([".complete.json", "config.json", "model.safetensors", "tokenizer.json", "vocab.txt"]);
    expect(readFileSync(join(folder, "model.safetensors")).equals(weights)).toBe(true);
    expect(events.filter(({ type }) => type === "verified").map(({ file }) => file)).toEqual(["config.json", "tokenizer.json", "vocab.txt", "model.safetensors"]);
    expect(events).toContainEqual({ type: "progress", file: "model.safetensors", receivedBytes: weights.length, sizeBytes: weights.length });
  });

  it("asks once where all is there, and not at all for a commit", async () => {
    await download();
    hub.requests.length = 0;
    expect((await download()).events).toEqual([]);
    expect(hub.requests.map(({ method, path }) => [method, path])).toEqual([["HEAD", "/org/name/resolve/main/config.json"]]);
    expect((await download(`org/name@${hub.commit}`)).folder).toBe(commitFolder());
    expect(hub.requests).toHaveLength(1);
  });

  it("pins all files to the commit of the first", async () => {
    await download("org/name@refs/pr/1");
    expect(hub.requests[0]!.path).toContain("/refs%2Fpr%2F1/");
    expect(hub.requests.slice(1).filter(({ path }) => !path.includes(`/${hub.commit}/`))).toEqual([]);
  });

  it("takes shards by their index", async () => {
    const index = { weight_map: { a: "pytorch_model-00001-of-00002.bin", b: "pytorch_model-00002-of-00002.bin", c: "pytorch_model-00001-of-00002.bin" } };
    await hub.stop();
    hub = await TestHub.start("org/name", {
      "config.json": "{}", "pytorch_model.bin.index.json": JSON.stringify(index), "pytorch_model-00001-of-00002.bin": bytes(9000, 3), "pytorch_model-00002-of-00002.bin": bytes(10, 4),
    });
    const { folder } = await download();
    expect(readFileSync(join(folder, "pytorch_model-00001-of-00002.bin")).equals(bytes(9000, 3))).toBe(true);
    expect(hub.downloads()).toEqual(["config.json", "pytorch_model.bin.index.json", "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"]);
  });

  it("follows a model to its new name", async () => {
    expect(readFileSync(join((await download("old-name")).folder, "model.safetensors")).equals(weights)).toBe(true);
  });

  it("gives the token to the hub and not to the store that it redirects to", async () => {
    hub.token = "secret";
    await expect(download()).rejects.toThrow(refused("hub/no-access", "HF_TOKEN"));
    await download("org/name", { token: "secret" });
    expect(new Set(hub.requests.filter(({ at }) => at === "store").map(({ authorization }) => authorization))).toEqual(new Set([undefined]));
    expect(hub.requests.filter(({ at }) => at === "store")).toHaveLength(1);
  });

  it("reads cache, endpoint, token and offline mode from the environment", async () => {
    vi.stubEnv("BORT_CACHE", cacheFolder);
    vi.stubEnv("HF_ENDPOINT", `${hub.endpoint}/`);
    vi.stubEnv("HF_TOKEN", "from the environment");
    await downloadModel("org/name").next();
    expect(hub.requests[0]!.authorization).toBe("Bearer from the environment");
    vi.stubEnv("BORT_OFFLINE", "1");
    await expect(downloadModel("org/name").next()).rejects.toThrow(refused("hub/offline"));
  });
});

describe("a download that breaks", () => {
  it("goes on where it was cut, as often as bytes come in between", async () => {
    failing(...Array.from({ length: 8 }, (): Fault => ({ kind: "cut", afterBytes: 10_000 })));
    const { events, folder } = await download("org/name", { retries: 1 });
    expect(readFileSync(join(folder, "model.safetensors")).equals(weights)).toBe(true);
    expect(events.filter(({ type }) => type === "retry")).toHaveLength(8);
    const ranges = hub.requests.filter(({ at }) => at === "store").map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? "bytes=0-")![1]));
    expect(ranges).toHaveLength(9);
    expect(ranges).toEqual([...new Set(ranges)].sort((a, b) => a - b));
  });

  it("goes on from what an earlier run has left", async () => {
    const large = bytes(3 * 2 ** 20, 5);
    await hub.stop();
    hub = await TestHub.start("org/name", { ...files, "model.safetensors": large });
    for await (const event of downloadModel("org/name", { cacheFolder, endpoint: hub.endpoint })) if (event.type === "progress" && event.file === "model.safetensors") break;
    const { size } = statSync(join(commitFolder(), partialOf(commitFolder())!));
    expect(size).toBeGreaterThanOrEqual(2 ** 20);
    hub.requests.length = 0;
    const { events, folder } = await download();
    expect(events).toContainEqual({ type: "file", file: "model.safetensors", sizeBytes: large.length, presentBytes: size });
    expect(hub.requests.filter(({ at }) => at === "store").map(({ range }) => range)).toEqual([`bytes=${size}-`]);
    expect(hub.downloads()).toEqual(["model.safetensors"]);
    expect(readFileSync(join(folder, "model.safetensors")).equals(large)).toBe(true);
    expect(partialOf(folder)).toBeUndefined();
  });

  it("begins anew where the server ignores the range", async () => {
    failing({ kind: "cut", afterBytes: 30_000 }, { kind: "whole" });
    expect(readFileSync(join((await download()).folder, "model.safetensors")).equals(weights)).toBe(true);
  });

  it("gives up where the server ignores the range and cuts every answer at the same place", async () => {
    failing(...Array.from({ length: 20 }, (): Fault => ({ kind: "cut", afterBytes: 10_000, whole: true })));
    await expect(download("org/name", { retries: 3 })).rejects.toThrow(refused("hub/unreachable", "model.safetensors"));
    expect(hub.requests.filter(({ at }) => at === "store").length).toBeLessThan(20);
  });

  it("tries again where the server is busy, refuses the connection or asks to wait", async () => {
    failing({ kind: "status", status: 503 }, { kind: "refused" }, { kind: "status", status: 429, headers: { "retry-after": "0" } }, { kind: "status", status: 403 });
    expect((await download()).events.flatMap((event) => (event.type === "retry" ? [event.reason] : []))).toEqual([
      expect.stringContaining("503"), expect.stringContaining("no connection"), expect.stringContaining("429"), expect.stringContaining("403"),
    ]);
  });

  it("gives up after as many tries as it may", async () => {
    failing(...Array.from({ length: 9 }, (): Fault => ({ kind: "status", status: 500 })));
    await expect(download("org/name", { retries: 2 })).rejects.toThrow(refused("hub/unreachable", "500"));
    expect(hub.requests.filter(({ at }) => at === "store")).toHaveLength(3);
  });

  it("waits twice as long each time", async () => {
    failing({ kind: "refused" }, { kind: "refused" }, { kind: "refused" });
    expect((await download("org/name", { retryDelayMs: 2 })).events.flatMap((event) => (event.type === "retry" ? [event.waitMs] : []))).toEqual([2, 4, 8]);
  });

  it("refuses a file of another hash, and keeps nothing of it", async () => {
    failing({ kind: "changed" });
    await expect(download()).rejects.toThrow(refused("hub/wrong-hash", "model.safetensors"));
    expect(readdirSync(commitFolder()).filter((file) => file.startsWith("model"))).toEqual([]);
    expect((await download()).folder).toBe(commitFolder());
  });

  it("downloads a file anew where what was left of it is damaged, or too long", async () => {
    failing({ kind: "cut", afterBytes: 30_000 });
    await download("org/name", { retries: 0 }).catch(() => undefined);
    const partial = join(commitFolder(), partialOf(commitFolder())!);
    writeFileSync(partial, bytes(30_000, 77));
    const { folder } = await download();
    expect(readFileSync(join(folder, "model.safetensors")).equals(weights)).toBe(true);
    rmSync(join(folder, "model.safetensors"));
    writeFileSync(partial, bytes(weights.length + 5, 1));
    await download();
    expect(readFileSync(join(folder, "model.safetensors")).equals(weights)).toBe(true);
  });

  it("downloads a file again that was cut in the cache", async () => {
    const { folder } = await download();
    truncateSync(join(folder, "model.safetensors"), 100);
    hub.requests.length = 0;
    await download();
    expect(hub.downloads()).toEqual(["model.safetensors"]);
  });

  it("two at once end with one whole file", async () => {
    const [a, b] = await Promise.all([download(), download()]);
    expect(a.folder).toBe(b.folder);
    expect(readFileSync(join(a.folder, "model.safetensors")).equals(weights)).toBe(true);
  });

  it("ends with the signal's reason, while it downloads and while it waits, and keeps what it has", async () => {
    const reason = new Error("enough");
    const leaving = new AbortController();
    const run = downloadModel("org/name", { cacheFolder, endpoint: hub.endpoint, retryDelayMs: 60_000, signal: leaving.signal });
    failing({ kind: "cut", afterBytes: 30_000 });
    const whole = (async () => {
      for await (const event of run) if (event.type === "retry") leaving.abort(reason);
    })();
    await expect(whole).rejects.toBe(reason);
    expect(partialOf(commitFolder())).toBeDefined();
    await expect(download("org/name", { signal: leaving.signal })).rejects.toBe(reason);
    const early = new AbortController();
    const second = downloadModel("org/name", { cacheFolder, endpoint: hub.endpoint, signal: early.signal });
    await second.next();
    early.abort(reason);
    await expect(async () => {
      while (!(await second.next()).done);
    }).rejects.toBe(reason);
  });
});

describe("what is refused", () => {
  it.each([
    ["a model that there is not", "org/other", "hub/no-access", "org/other"],
    ["a revision that there is not", "org/name@v9", "hub/not-found", "no revision v9"],
    ["a path", "../name", "hub/bad-name", "org/name@revision"],
  ])("%s", async (_, name, code, text) => {
    await expect(download(name)).rejects.toThrow(refused(code, text));
    expect(existsSync(join(cacheFolder, "models"))).toBe(false);
  });

  it("a model without a config, or without weights", async () => {
    await hub.stop();
    hub = await TestHub.start("org/name", { "README.md": "nothing" });
    await expect(download()).rejects.toThrow(refused("hub/not-found", "config.json"));
    await hub.stop();
    hub = await TestHub.start("org/name", { "config.json": "{}", "tf_model.h5": "x" });
    await expect(download()).rejects.toThrow(refused("hub/not-found", "pytorch_model.bin"));
  });

  it("an index that names files elsewhere", async () => {
    await hub.stop();
    hub = await TestHub.start("org/name", { "config.json": "{}", "model.safetensors.index.json": '{"weight_map":{"a":"../../x"}}' });
    await expect(download()).rejects.toThrow(refused("hub/bad-answer", "weight_map"));
  });

  it("answers without a commit or a hash, which nothing could be checked by", async () => {
    const plain = createServer((_, response) => void response.writeHead(200, { "content-length": 2, etag: '"5f2-1a"' }).end("{}"));
    await new Promise<void>((done) => plain.listen(0, "127.0.0.1", done));
    const { port } = plain.address() as AddressInfo;
    await expect(download("org/name", { endpoint: `http://127.0.0.1:${port}` })).rejects.toThrow(refused("hub/bad-answer", "commit, hash and size"));
    plain.closeAllConnections();
    await new Promise((done) => plain.close(done));
  });

  it("a server that is no hub, and one that is not there", async () => {
    await expect(download("org/name", { endpoint: "ftp://x" })).rejects.toThrow(refused("hub/bad-option"));
    await expect(download("org/name", { retries: -1 })).rejects.toThrow(refused("hub/bad-option", "retries"));
    const { endpoint } = hub;
    await hub.stop();
    hub = await TestHub.start("org/name", files);
    await expect(download("org/name", { endpoint, retries: 1 })).rejects.toThrow(refused("hub/unreachable", "BORT_OFFLINE"));
  });
});

describe("offline", () => {
  it("takes what was downloaded before, by branch and by commit, without a request", async () => {
    await download();
    hub.requests.length = 0;
    for (const name of ["org/name", `org/name@${hub.commit}`]) expect((await download(name, { offline: true })).folder).toBe(commitFolder());
    expect(hub.requests).toEqual([]);
  });

  it("lists what is missing", async () => {
    await expect(download("org/name", { offline: true })).rejects.toThrow(refused("hub/offline", "missing config.json, tokenizer.json, model.safetensors;"));
    failing({ kind: "cut", afterBytes: 10 });
    await download("org/name", { retries: 0 }).catch(() => undefined);
    await expect(download(`org/name@${hub.commit}`, { offline: true })).rejects.toThrow(refused("hub/offline", "missing model.safetensors;"));
    const { folder } = await download();
    rmSync(join(folder, "vocab.txt"));
    truncateSync(join(folder, "model.safetensors"), 10);
    await expect(download("org/name", { offline: true })).rejects.toThrow(refused("hub/offline", "missing vocab.txt, model.safetensors;"));
  });
});
