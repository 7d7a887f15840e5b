import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { browserFacts } from "./browser-facts.js";

const mostSeconds = 30;
const chromium = process.env["CHROMIUM"] ?? ["chromium", "chromium-browser", "google-chrome"].find((name) => spawnSync(name, ["--version"], { timeout: 10_000 }).status === 0);

describe.skipIf(chromium === undefined)("in headless Chromium (skipped where the path has none; CHROMIUM names one)", () => {
  it("says what it says in Node", { timeout: 1000 * (mostSeconds + 10) }, async () => {
    const expected: unknown = JSON.parse(JSON.stringify(browserFacts()));
    expect(await factsIn(chromium!)).toEqual(expected);
  });
});

/** What a page says that is nothing but the bundled package and a call of it. */
async function factsIn(browser: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "bort-browser-"));
  try {
    const page = join(folder, "page.html");
    writeFileSync(page, `<!doctype html><meta charset="utf-8"><title>facts</title><body><script type="module">${await bundle()}</script></body>`);
    const dom = await dumpDom(browser, pathToFileURL(page).href, join(folder, "profile"));
    const [, facts] = /<pre>(.*)<\/pre>/s.exec(dom) ?? [];
    if (facts === undefined) throw new Error(`the page shows no facts: ${dom.slice(0, 300)}`);
    return JSON.parse(decodeURIComponent(facts));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** The facts as percent-encoded JSON, which HTML need not escape; an error is a fact too, so that the test shows it. */
async function bundle(): Promise<string> {
  const contents = `
    import { browserFacts } from "./browser-facts.js";
    const show = (facts) => document.body.append(Object.assign(document.createElement("pre"), { textContent: encodeURIComponent(JSON.stringify(facts)) }));
    try { show(browserFacts()); } catch (error) { show({ error: String(error.stack) }); }
  `;
  const resolveDir = dirname(fileURLToPath(import.meta.url));
  const { outputFiles } = await build({ stdin: { contents, resolveDir }, bundle: true, minify: true, format: "esm", platform: "browser", write: false });
  return outputFiles[0]!.text;
}

/** The page's DOM after its scripts have run. */
function dumpDom(browser: string, url: string, profile: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", `--user-data-dir=${profile}`, "--dump-dom", url];
    const child = spawn(browser, flags, { timeout: 1000 * mostSeconds, killSignal: "SIGKILL", stdio: ["ignore", "pipe", "pipe"] });
    const [out, err]: Buffer[][] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => out!.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err!.push(chunk));
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (status === 0) resolve(Buffer.concat(out!).toString("utf8"));
      else reject(new Error(`${browser} ended with ${signal ?? status}: ${Buffer.concat(err!).toString("utf8").slice(-500)}`));
    });
  });
}
