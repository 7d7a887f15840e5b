import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTrialLog, readTrialLog } from "./trial-log.js";

const cache = fileURLToPath(new URL("../../../node_modules/.cache/", import.meta.url));
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, "bort-fptas-"));
const bundle = join(folder, "fptas.mjs");
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  await build({
    stdin: { contents: 'export * from "./index.ts"; export { processExecutor } from "@bort/trials";', resolveDir: fileURLToPath(new URL(".", import.meta.url)) }, outfile: bundle, bundle: true, platform: "node", format: "esm", target: "node20",
    conditions: ["@bort/source"], logLevel: "warning",
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program of a search with two workers; kills it once its log holds so many trials. */
async function run(name: string, killAt: number = Infinity): Promise<{ readonly code: number | null; readonly ranking: string; readonly stderr: string }> {
  const program = fileURLToPath(new URL("../test-fixtures/search-program.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, pathToFileURL(bundle).href, at(`${name}.jsonl`), at(`${name}.diary`)], { stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) child[stream].on("data", (data: Buffer) => { text[stream] += data.toString(); });
  const watch = setInterval(() => {
    if (trialsIn(name) >= killAt) child.kill("SIGKILL");
  }, 5);
  const [code] = await once(child, "close") as [number | null];
  clearInterval(watch);
  return { code, ranking: text.stdout, stderr: text.stderr };
}

const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
const trialsIn = (name: string): number => textOf(at(`${name}.jsonl`)).split('{"trial":').length - 1;

describe("a search with workers whose process is killed", () => {
  it("repeats no finished trial and ends with the ranking of one that was not", async () => {
    const whole = await run("whole");
    expect([whole.code, whole.stderr]).toEqual([0, ""]);
    expect(JSON.parse(whole.ranking)).toHaveLength(12);

    for (const killAt of [0, 3, 7]) expect((await run("parted", killAt)).code).toBeNull();
    const logged = await readTrialLog(at("parted.jsonl"));
    const finished = new Set(logged.trials.map(({ arch }) => arch.join()));
    expect(finished.size).toBeGreaterThanOrEqual(7);
    const begunBefore = textOf(at("parted.diary")).split("\n").length;

    const resumed = await run("parted");
    expect([resumed.code, resumed.ranking]).toEqual([0, whole.ranking]);
    const begunAgain = textOf(at("parted.diary")).split("\n").slice(begunBefore - 1).filter((line) => line.startsWith("begin "));
    expect(begunAgain.filter((line) => finished.has(line.split(":")[1]!))).toEqual([]);
    expect(trialsIn("parted")).toBe(12);
  });

  it("keeps another process from its log while it lives", async () => {
    const log = await openTrialLog(at("shared.jsonl"), { toy: 1 });
    const refused = await run("shared");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(`process ${process.pid} has open`)]);
    expect(refused.stderr).toContain("trials/locked");
    await expect(openTrialLog(at("shared.jsonl"), { toy: 1 })).rejects.toMatchObject({ code: "trials/locked", message: expect.stringContaining(`process ${process.pid} `) });
    await log.close();
    expect((await run("shared")).code).toBe(0);
    expect(existsSync(at("shared.jsonl.lock"))).toBe(false);
  });
});
